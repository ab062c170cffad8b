"""English words of the grammar. Noun phrases are made of modifier x head; either half may be held out."""

from __future__ import annotations

from feinschliff.datasets.grammar.words import Noun, Pool, parse_nouns, phrases, word_list

_FURNITURE = phrases(
    "garden, kitchen, wooden, oak, pine, metal, hallway, balcony, camping, office, cellar, walnut, rattan, bamboo, "
    "wicker, velvet, "
    "teak, attic, nursery, marble, antique, folding, bedside, farmhouse, mahogany, beech, corner, stacking",
    "table, chair, wardrobe, shelf, sofa, bed, dresser, bench, lamp, stool, armchair, chest, mirror, rug, cabinet, "
    "lounger, "
    "coat rack, mattress, sideboard, screen, crate, stand, desk, lantern, cushion, bookcase, headboard, ottoman, "
    "trolley, cradle, "
    "bureau, hammock, futon, divan, footrest",
)
_VEHICLES = phrases(
    "children's, racing, folding, electric, cargo, touring, city, mountain, vintage, junior, second-hand, off-road, "
    "tandem",
    "bike, scooter, tricycle, trailer, saddle, helmet, sledge, buggy, pushchair, skateboard, wheelbarrow, handcart, "
    "pram, unicycle",
)
_TOOLS = phrases(
    "hand, cordless, petrol, hedge, wood, water, concrete, rechargeable, heavy-duty, pressure, leaf, fruit, orchard, "
    "hydraulic, workshop",
    "saw, drill, hammer, ladder, shears, pump, press, tiller, mower, shredder, sander, canister, spade, plane, "
    "wrench, blower, roller, "
    "sprayer, chisel, winch, scale, shovel, strimmer, vice, anvil, crowbar, mallet, soldering iron, jigsaw, trowel",
)
_PERSONAL = phrases(
    "leather, woollen, sports, school, travel, rain, winter, linen, hiking, canvas, silver, gold, pearl, felt, silk, "
    "knitted, "
    "baby, tweed, denim, suede, fleece, cashmere, corduroy, beaded, waterproof, embroidered",
    "bag, rucksack, pouch, jacket, coat, hat, scarf, glove, umbrella, watch, necklace, ring, suitcase, wallet, "
    "purse, shoe, boot, "
    "belt, bracelet, cap, waistcoat, brooch, sandal, folder, shawl, cardigan, earring, satchel, pendant, locket, "
    "mitten, poncho, beret",
)
_DEVICES = phrases(
    "home, desktop, mini, portable, tabletop, party, studio, laser, wireless, retro, compact, digital, wall, "
    "induction, vintage",
    "printer, monitor, speaker, camera, radio, television, telephone, headset, blender, toaster, oven, grill, fan, "
    "heater, projector, "
    "scanner, alarm clock, kettle, record player, laptop, amplifier, fridge, freezer, waffle iron, keyboard, tablet, "
    "microphone, "
    "typewriter, dehumidifier, juicer, espresso machine, sewing machine, thermostat",
)
_LEISURE = phrases(
    "beginner's, concert, toy, children's, jazz, inflatable, student, acoustic, handmade, two-person, antique, wooden",
    "piano, guitar, flute, violin, drum, puzzle, train set, swing, slide, trumpet, harp, castle, tent, boat, "
    "surfboard, cello, "
    "accordion, harmonica, paddling pool, trampoline, encyclopedia, globe, telescope, aquarium, doll's house, chess "
    "set, kite, canoe, "
    "kayak, dartboard, rocking horse, ukulele, banjo, clarinet, easel, xylophone, sandpit",
)
PORTABLE = Pool.of(_VEHICLES + _TOOLS + _PERSONAL)
THINGS = Pool.of(_FURNITURE + _VEHICLES + _TOOLS + _PERSONAL + _DEVICES + _LEISURE)

PETS = Pool.of(
    phrases(
        "dwarf, long-haired, short-haired, tabby, angora, ginger, spotted, elderly",
        "cat, kitten, rabbit, dachshund, terrier, poodle, dog, puppy",
    )
    + parse_nouns(
        "budgie, tortoise, guinea pig, labrador, beagle, canary, cockatoo, cockatiel, ferret, hamster, retriever, "
        "collie, schnauzer, "
        "siamese, bulldog, chinchilla, boxer, setter, pug, parrot, hen, goose, duck, pony, goat, sheep, spaniel, "
        "whippet, greyhound, "
        "corgi, gerbil, husky, mastiff, lurcher, macaw, peacock, pointer, rottweiler, samoyed, tomcat"
    )
)

EVENTS = Pool.of(
    phrases(
        "summer, autumn, winter, spring, children's, neighbourhood, district, courtyard, garden, choir, dance, "
        "lantern, Christmas, "
        "Easter, book, plant, toy, vintage, seniors', club, crime fiction, jazz, craft, family, harvest, tenants', "
        "clothes, chess, "
        "fairy-tale, charity, poetry, knitting",
        "fair, market, concert, evening, meeting, run, bazaar, class, breakfast, jumble sale, swap, reading, parade, "
        "tournament, "
        "exhibition, café, tour, disco, workshop, picnic, talk, brunch, quiz, assembly, festival, play, service, "
        "get-together, "
        "rehearsal, ball, barbecue, auction, raffle, vigil, carnival, lecture, screening",
    )
)

HAZARDS = Pool.of(
    phrases("wasp, hornet, rat, mouse, bee, marten", "nest, infestation, colony", bare=False)
    + phrases(
        "water, power, gas, heating, telephone, internet, traffic light, lift",
        "outage, leak, failure, alarm, fault",
        bare=False,
    )
    + phrases(
        "cellar, car, bicycle, shop, flat, parcel, garage, shed, copper, school",
        "burglary, theft, fire, thief, scam",
        bare=False,
    )
    + phrases(
        "road, pavement, sewer, bridge, tunnel, cycle path, roof",
        "closure, collapse, diversion, crack, subsidence",
        bare=False,
    )
    + parse_nouns(
        "burst pipe, oil spill, poison bait, pothole, con man, fallen branch, rockfall, landslide, wild boar, fox, "
        "sinkhole, cable fire, "
        "unexploded bomb, swarm, broken manhole, pickpocket, hit-and-run, phone scam, loose dog, flash flood, "
        "prowler, adder, smashed window, "
        "fallen tree, overturned lorry, broken railing"
    )
)

PROFESSIONS = Pool.of(
    phrases(
        "bike, piano, car, boiler, television, washing machine, lift, solar, fridge",
        "mechanic, technician, fitter, dealer, repairer",
        bare=False,
    )
    + phrases(
        "piano, riding, dance, yoga, maths, singing, swimming, guitar, driving, tennis, ski, violin",
        "teacher, instructor, coach, school, tutor",
        bare=False,
    )
    + phrases("window, carpet, upholstery, stairwell, gutter, chimney, oven", "cleaner, specialist, firm", bare=False)
    + parse_nouns(
        "plumber, electrician, carpenter, hairdresser, midwife, dentist, vet, dog sitter, decorator, tax adviser, "
        "joiner, roofer, tiler, "
        "bricklayer, gardener, dressmaker, watchmaker, cobbler, photographer, architect, paediatrician, family "
        "doctor, physiotherapist, "
        "speech therapist, masseur, solicitor, notary, interpreter, babysitter, childminder, housekeeper, locksmith, "
        "glazier, "
        "chimney sweep, baker, butcher, beekeeper, goldsmith, bookbinder, luthier, removal firm, undertaker, "
        "beautician, optician, "
        "pharmacist, upholsterer, saddler, stonemason, farrier, plasterer, tree surgeon, potter, basket maker, dog "
        "groomer, osteopath, "
        "milliner, caterer, florist, nutritionist, podiatrist, surveyor, blacksmith, barber, piano tuner"
    )
)

SERVICES = Pool.of(
    phrases(
        "shopping, garden, moving, household, computer, paperwork, smartphone, homework, job application",
        "help, advice, support",
        bare=False,
    )
    + phrases(
        "piano, guitar, German, maths, dance, yoga, swimming, painting, cooking, sewing, knitting, Spanish, chess, "
        "pottery, Latin",
        "lessons, tuition, coaching",
        bare=False,
    )
    + phrases("dog, cat, child, house, plant, holiday, baby, pet", "sitting, minding, boarding", bare=False)
    + phrases(
        "bike, furniture, clock, shoe, clothes, doll, radio, blind, knife, fence",
        "repair, sharpening, restoration, maintenance",
        bare=False,
    )
)

COLOURS = word_list(
    "red blue green black white grey brown yellow navy lime silver burgundy turquoise charcoal cream purple copper "
    "golden striped "
    "spotted chequered maroon beige ochre mint salmon teal indigo crimson ivory amber lilac"
)
QUALITIES = word_list(
    "old new small large used sturdy light heavy well-kept practical pretty smart handy plain high-quality rare "
    "cheap cosy solid "
    "weatherproof adjustable inherited varnished home-made unused shabby elegant spacious"
)

FIRST_NAMES = word_list(
    "Alice Ben Charlotte Daniel Emily Frank Grace Harry Isla Jack Katie Liam Megan Noah Olivia Peter Ruth Sam Tessa "
    "Victor Wendy "
    "Adam Beth Callum Diane Edward Fiona George Hannah Ian Jane Kevin Lucy Martin Nina Oscar Polly Quentin Rachel "
    "Simon Tara "
    "Violet William Zara Amir Priya Ravi Leila Omar Yusuf Mei Kofi Ama Chidi Rosa Diego Elena Marco Sofia Ingrid "
    "Bjorn Aisha Tariq "
    "Agnes Barnaby Cecily Desmond Edith Florence Gareth Hazel Imogen Jasper Keith Lydia Miriam Nigel Orla Percy "
    "Rosalind Stuart "
    "Trevor Una Vernon Winifred Abigail Brendan Clive Doreen Elspeth Fergus Gwen Hugo Isobel Jocelyn Kirsty Leonard "
    "Maureen Neville"
)

STREET_STEMS = word_list(
    "Ash Maple Birch Oak Rose Elm Beech Cherry Mill Church School Station Market Garden Hill Vale Wood Meadow Lake "
    "River Fountain "
    "Abbey Castle Harbour Quay Bridge Post Sun Moon Star Robin Thrush Finch Lark Wren Falcon Eagle Heron Hare Fox "
    "Stag Badger Spruce "
    "Pine Willow Alder Poplar Chestnut Elder Lilac Violet Tulip Lily Heath Moor Sand Stone Gravel Chalk Silver Gold "
    "Copper Iron Salt "
    "Corn Hop Vine Apple Pear Plum Hazel Shepherd Weaver Tanner Smith Baker Fisher Hunter Potter Cooper Brick Dyke "
    "Orchard King Queen "
    "Bishop Abbot Priory Cannon Anchor Bell Clover Fern Ivy Juniper Laurel Myrtle Thistle"
)
STREET_HEADS = (
    ("Street", "in"),
    ("Road", "on"),
    ("Lane", "in"),
    ("Avenue", "on"),
    ("Square", "in"),
    ("Park", "in"),
    ("Court", "in"),
    ("Close", "in"),
    ("Way", "on"),
    ("Crescent", "on"),
    ("Terrace", "on"),
    ("Green", "on"),
    ("Bridge", "near"),
    ("Row", "in"),
    ("Grove", "in"),
    ("Walk", "on"),
    ("Gardens", "in"),
    ("Rise", "on"),
)
STREET_MIDDLES = ("", "", "", "field", "ton", "bury", "well", "ford", "wood", "side", "gate", "croft", "combe", "dale")

LANDMARKS = (
    "at the playground, at the library, outside the town hall, at the bakery, in the supermarket, at the bus stop, "
    "outside the pharmacy, "
    "at the lido, at the sports ground, outside the primary school, in the parish hall, at the cemetery, in the "
    "youth centre, "
    "at the petrol station, at the swimming pool, outside the nursery, at the recycling centre, in the community "
    "centre, at the church, "
    "at the skate park, in the arts centre, at the lock, outside the bank, in the courtyard, at the football pitch, "
    "in the clubhouse, "
    "at the kiosk, in the car park, at the farmers' market, outside the ice-cream parlour, outside the flower shop, "
    "in the launderette, "
    "at the duck pond, at the gym, at the allotments, outside the museum, at the observatory, at the boathouse, at "
    "the windmill"
)

SURNAME_STARTS = word_list(
    "Ash Black Brook Carl Dun Ed Fair Glen Hart Ives King Lang Marl Nor Oak Pem Quar Rad Stan Thorn Under Wake Yar "
    "Ald Bex Cran Dray "
    "Elling Ful Green Hol Ink Jes Kel Lock Mor Net Ot Pick Rush Shel Tad Up Wal Whit Win Wood Bram Cold Darl Fen "
    "Gates Haw"
)
SURNAME_ENDS = word_list(
    "ton field worth ley ford well wood more by ham bury stead man son combe dale shaw croft gate wick bourne land "
    "hurst"
)

WEEKDAYS = word_list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = word_list("January February March April May June July August September October November December")

POOLS: dict[str, Pool] = {
    "thing": THINGS,
    "portable": PORTABLE,
    "pet": PETS,
    "event": EVENTS,
    "hazard": HAZARDS,
    "profession": PROFESSIONS,
    "service": SERVICES,
}


def thing_heads() -> list[Noun]:
    """Known one-word nouns that invented words are built on in training."""
    return [noun for noun in THINGS.known if " " not in noun.word]
