"""German words of the grammar. Nouns carry their gender; compounds are made of modifier x head."""

from __future__ import annotations

from feinschliff.datasets.grammar.words import Noun, Pool, compounds, parse_nouns, word_list

_FURNITURE = compounds(
    "Garten Küchen Kinder Holz Eichen Metall Flur Balkon Terrassen Camping Büro Keller Wohnzimmer Gäste Kiefern "
    "Nussbaum "
    "Rattan Landhaus Bambus Korb Leder Bauern Jugend Dielen Bad Werkstatt Atelier Praxis Wintergarten Dachboden",
    "Tisch m, Stuhl m, Schrank m, Regal n, Sofa n, Bett n, Kommode f, Bank f, Lampe f, Hocker m, Sessel m, Truhe f, "
    "Spiegel m, Teppich m, Vitrine f, Liege f, Garderobe f, Matratze f, Anrichte f, Paravent m, Kiste f, Ständer m, "
    "Schemel m, Pult n, Leuchte f, Polster n, Trennwand f, Schublade f",
)
_VEHICLES = compounds(
    "Damen Herren Kinder Renn Klapp Elektro Falt Lasten Touren Stadt Gelände Jugend Mädchen Trekking Miet Renten",
    "Fahrrad n, Roller m, Rad n, Dreirad n, Anhänger m, Sattel m, Helm m, Schlitten m, Kutsche f, Buggy m, Wagen m",
)
_TOOLS = compounds(
    "Hand Garten Rasen Hecken Holz Akku Motor Bau Wasser Luft Beton Metall Profi Werkstatt Druck Laub Obst Gras Baum",
    "Säge f, Bohrer m, Hammer m, Leiter f, Schere f, Pumpe f, Presse f, Fräse f, Mäher m, Häcksler m, Schleifer m, "
    "Kanister m, Spaten m, Hobel m, Zange f, Sauger m, Karre f, Walze f, Spritze f, Feile f, Winde f, Waage f, "
    "Schaufel f",
)
_PERSONAL = compounds(
    "Leder Woll Sport Schul Reise Regen Winter Sommer Turn Wander Stoff Kinder Damen Herren Silber Gold Perlen Samt "
    "Filz "
    "Seiden Strick Baby Angler Theater Pelz Jeans Brokat Trachten Strand Herbst",
    "Tasche f, Rucksack m, Beutel m, Jacke f, Mantel m, Mütze f, Schal m, Handschuh m, Schirm m, Brille f, Uhr f, "
    "Kette f, "
    "Ring m, Koffer m, Börse f, Hut m, Schuh m, Stiefel m, Gürtel m, Armband n, Etui n, Tuch n, Umhang m, Kappe f, "
    "Weste f, Brosche f, Anhänger m, Sandale f, Mappe f",
)
_DEVICES = compounds(
    "Heim Büro Foto Auto Mini Profi Küchen Tisch Party Reise Studio Laser Kinder Stand Funk Wand Retro Keller Kompakt",
    "Drucker m, Monitor m, Lautsprecher m, Kamera f, Radio n, Fernseher m, Telefon n, Kopfhörer m, Mixer m, Toaster "
    "m, "
    "Ofen m, Grill m, Herd m, Ventilator m, Heizung f, Projektor m, Scanner m, Wecker m, Kocher m, Plattenspieler m, "
    "Rechner m, Verstärker m, Backofen m, Kühlschrank m, Gefrierschrank m, Waffeleisen n, Bügeleisen n",
)
_LEISURE = compounds(
    "Kinder Holz Konzert Lern Puppen Jugend Garten Reise Familien Eisen Bilder Ritter Bauernhof Tanz Jazz Schüler "
    "Wasser",
    "Klavier n, Gitarre f, Flöte f, Geige f, Trommel f, Puzzle n, Eisenbahn f, Schaukel f, Rutsche f, Trompete f, "
    "Harfe f, Burg f, Kegelspiel n, Zelt n, Boot n, Schlauchboot n, Surfbrett n, Cello n, Akkordeon n, Mundharmonika "
    "f, "
    "Planschbecken n, Trampolin n, Lexikon n, Märchenbuch n, Globus m, Teleskop n, Aquarium n, Terrarium n",
)
PORTABLE = Pool.of(_VEHICLES + _TOOLS + _PERSONAL)
THINGS = Pool.of(_FURNITURE + _VEHICLES + _TOOLS + _PERSONAL + _DEVICES + _LEISURE)

PETS = Pool.of(
    compounds(
        "Zwerg Langhaar Kurzhaar Angora Misch Haus Wald Berg Jung",
        "Kater m, Katze f, Kaninchen n, Dackel m, Terrier m, Pudel m, Hund m, Hündin f",
    )
    + parse_nouns(
        "Wellensittich m, Schildkröte f, Meerschweinchen n, Labrador m, Beagle m, Perserkatze f, Kanarienvogel m, "
        "Welpe f, "
        "Schäferhündin f, Dobermann m, Kakadu m, Nymphensittich m, Frettchen n, Hamster m, Landschildkröte f, Spitz "
        "m, "
        "Windspiel n, Retriever m, Collie m, Schnauzer m, Siamkatze f, Bulldogge f, Dogge f, Chinchilla n, "
        "Bengalkatze f, "
        "Boxer m, Setter m, Mops m, Zeisig m, Papageienweibchen n, Huhn n, Gans f, Ente f, Pony n, Ziege f, Schaf n"
    )
)

EVENTS = Pool.of(
    compounds(
        "Sommer Herbst Winter Frühlings Kinder Nachbarschafts Stadtteil Hof Garten Chor Tanz Laternen Weihnachts "
        "Oster Bücher "
        "Pflanzen Spielzeug Trödel Senioren Vereins Krimi Jazz Handwerker Familien Ernte Mieter Kleider Schach "
        "Märchen Keller",
        "Fest n, Markt m, Konzert n, Abend m, Treffen n, Lauf m, Basar m, Kurs m, Frühstück n, Flohmarkt m, Börse f, "
        "Lesung f, "
        "Umzug m, Turnier n, Ausstellung f, Café n, Führung f, Disco f, Workshop m, Picknick n, Vortrag m, Brunch m, "
        "Quiz n, "
        "Versammlung f, Festival n, Theater n, Gottesdienst m, Stammtisch m, Probe f, Ball m",
    )
)

HAZARDS = Pool.of(
    compounds("Wespen Hornissen Ratten Mäuse Bienen Marder Wasch", "Nest n, Bau m, Plage f", bare=False)
    + compounds(
        "Wasser Strom Gas Heizungs Telefon Internet Fernwärme Ampel Aufzug Fahrstuhl",
        "Ausfall m, Schaden m, Defekt m, Alarm m",
        bare=False,
    )
    + compounds(
        "Keller Auto Fahrrad Laden Wohnungs Paket Garagen Lauben Taschen Metall Kupfer Büro Schul",
        "Einbruch m, Diebstahl m, Brand m, Dieb m",
        bare=False,
    )
    + compounds(
        "Straßen Gehweg Kanal Brücken Tunnel Radweg Gleis Leitungs Dach Fassaden",
        "Sperrung f, Baustelle f, Umleitung f, Einsturz m, Riss m",
        bare=False,
    )
    + parse_nouns(
        "Wildunfall m, Rohrbruch m, Ölspur f, Giftköder m, Schlagloch n, Trickbetrüger m, Astbruch m, Gasgeruch m, "
        "Steinschlag m, "
        "Glasbruch m, Bombenfund m, Erdrutsch m, Wildschwein n, Fuchs m, Enkeltrick m, Kabelbrand m, Blindgänger m, "
        "Hagelschaden m, "
        "Schwelbrand m, Eichenprozessionsspinner m, Schockanruf m, Vandale f, Waldbrand m, Deichbruch m, "
        "Zeckenbefall m, Auffahrunfall m"
    )
)

PROFESSIONS = Pool.of(
    compounds(
        "Fahrrad Klavier Auto Heizungs Fernseh Waschmaschinen Kälte Aufzug Küchen Solar",
        "Monteur m, Techniker m, Mechaniker m, Händler m",
        bare=False,
    )
    + compounds(
        "Garten Klavier Reit Tanz Yoga Mathe Gesangs Schwimm Gitarren Deutsch Fahr Tennis Ski",
        "Lehrerin f, Lehrer m, Trainerin f, Schule f",
        bare=False,
    )
    + compounds(
        "Fenster Teppich Polster Treppenhaus Gebäude Dachrinnen Kamin", "Reiniger m, Putzerin f, Service m", bare=False
    )
    + parse_nouns(
        "Klempner m, Elektriker m, Tischler m, Friseurin f, Hebamme f, Zahnarzt m, Tierärztin f, Hundesitterin f, "
        "Malermeister m, "
        "Steuerberater m, Schreiner m, Dachdecker m, Fliesenleger m, Maurer m, Gärtnerin f, Schneiderin f, Uhrmacher "
        "m, "
        "Schuster m, Fotografin f, Architektin f, Kinderärztin f, Hausarzt m, Physiotherapeutin f, Logopädin f, "
        "Masseurin f, "
        "Anwältin f, Notarin f, Dolmetscherin f, Babysitterin f, Tagesmutter f, Haushälterin f, Schlosser m, Glaser "
        "m, "
        "Schornsteinfeger m, Bäcker m, Metzger m, Imker m, Goldschmiedin f, Buchbinderin f, Geigenbauer m, "
        "Schlüsseldienst m, "
        "Umzugsfirma f, Bestatterin f, Kosmetikerin f, Optiker m, Apothekerin f, Raumausstatter m, Parkettleger m, "
        "Sattlerin f, "
        "Hufschmied m, Trockenbauer m, Baumpflegerin f, Winzer m, Töpferin f, Korbflechterin f, Hundefriseur m"
    )
)

SERVICES = Pool.of(
    compounds(
        "Einkaufs Garten Umzugs Haushalts Computer Behörden Handy Hausaufgaben Formular Smartphone Nach Bewerbungs",
        "Hilfe f, Beratung f, Begleitung f",
        bare=False,
    )
    + compounds(
        "Klavier Gitarren Deutsch Mathe Tanz Yoga Schwimm Mal Koch Näh Strick Spanisch Flöten Schach Töpfer Englisch "
        "Latein",
        "Unterricht m, Kurs m, Training n",
        bare=False,
    )
    + compounds(
        "Hunde Katzen Kinder Senioren Haus Pflanzen Ferien Baby Kleintier",
        "Betreuung f, Pflege f, Sitting n",
        bare=False,
    )
    + compounds(
        "Fahrrad Möbel Uhren Schuh Kleider Puppen Radio Rollladen Messer Zaun",
        "Reparatur f, Service m, Aufbereitung f",
        bare=False,
    )
)

COLOURS = word_list(
    "rot blau grün schwarz weiß grau braun gelb dunkelblau hellgrün silbern weinrot türkisfarben anthrazitfarben "
    "hellgrau "
    "cremefarben violett kupferfarben himmelblau tannengrün goldfarben bunt gestreift gepunktet kariert rotbraun "
    "dunkelgrün "
    "ockerfarben mintgrün schneeweiß lachsfarben graublau"
)
QUALITIES = word_list(
    "alt neu klein groß gebraucht stabil robust leicht schwer gepflegt praktisch hübsch schick handlich schlicht "
    "hochwertig "
    "selten günstig neuwertig gemütlich massiv wetterfest klappbar verstellbar antik geerbt lackiert selbstgebaut"
)

FIRST_NAMES = word_list(
    "Anna Jonas Lena Paul Marie Felix Sophie Max Laura Lukas Julia Tim Katharina Moritz Hannah Ben Clara David Emma "
    "Erik Frieda "
    "Georg Greta Hanna Heike Helga Ingrid Jan Johanna Karl Kathrin Klaus Lea Lotte Luise Malte Margarete Markus "
    "Martha Matthias "
    "Mia Michael Nele Nora Oliver Oskar Otto Petra Ralf Renate Rita Robert Sabine Simon Stefan Susanne Sven Tanja "
    "Theo Thomas "
    "Till Tobias Ulrike Ursula Uwe Vera Walter Wiebke Yvonne Aylin Mehmet Elif Emre Leyla Samira Milan Jelena Piotr "
    "Agnieszka "
    "Nadia Ivan Olga Henrike Ansgar Birte Carsten Dörte Edgar Fabian Gesine Holger Ilka Jörg Kerstin Lorenz Merle "
    "Norbert Ottilie "
    "Quirin Rosalie Sönke Thea Urs Valentin Wolfgang Xaver Zoe Bärbel Cornelius Dagmar Eberhard Friederike Gernot "
    "Hedwig"
)

STREET_STEMS = word_list(
    "Linden Ahorn Birken Eichen Rosen Tannen Buchen Kirsch Mühlen Kirch Schul Bahnhof Markt Garten Berg Tal Wald "
    "Wiesen See Fluss "
    "Brunnen Kloster Schloss Burg Hafen Ufer Brücken Post Rathaus Sonnen Mond Stern Amsel Drossel Finken Lerchen "
    "Meisen Falken "
    "Adler Storchen Hasen Fuchs Hirsch Reh Dachs Fichten Kiefern Weiden Erlen Eschen Ulmen Pappel Kastanien Holunder "
    "Flieder "
    "Veilchen Nelken Tulpen Lilien Heide Moor Sand Stein Kies Lehm Kalk Silber Gold Kupfer Eisen Salz Korn Hopfen "
    "Wein Apfel "
    "Birnen Pflaumen Nuss Schäfer Weber Gerber Schmiede Bäcker Fischer Jäger Müller Töpfer Seiler Küfer Ziegel Torf "
    "Deich Anger"
)
STREET_HEADS = (
    ("straße", "f", "in der"),
    ("weg", "m", "im"),
    ("platz", "m", "am"),
    ("gasse", "f", "in der"),
    ("allee", "f", "in der"),
    ("ring", "m", "am"),
    ("ufer", "n", "am"),
    ("hof", "m", "im"),
    ("steig", "m", "am"),
    ("damm", "m", "am"),
    ("park", "m", "im"),
    ("graben", "m", "am"),
    ("garten", "m", "im"),
    ("brücke", "f", "an der"),
    ("stieg", "m", "am"),
    ("höhe", "f", "auf der"),
)
"""Ending, gender and the preposition with article that says "there"."""

LANDMARKS = (
    "am Spielplatz, am Stadtpark, vor der Bücherei, am Rathaus, beim Bäcker, im Supermarkt, an der Bushaltestelle, "
    "vor der Apotheke, "
    "im Freibad, am Sportplatz, vor der Grundschule, im Gemeindehaus, am Friedhof, im Jugendzentrum, an der "
    "Tankstelle, im Hallenbad, "
    "vor der Kita, am Wertstoffhof, im Bürgerhaus, an der Kirche, am Skatepark, im Kulturhaus, an der Schleuse, vor "
    "der Sparkasse, "
    "im Innenhof, am Bolzplatz, im Vereinsheim, am Kiosk, im Parkhaus, auf dem Wochenmarkt, an der Eisdiele, vor dem "
    "Blumenladen, "
    "im Waschsalon, am Weiher, an der Turnhalle, im Pfarrheim, am Stellwerk, vor dem Museum, an der Sternwarte, im "
    "Botanikum"
)

SURNAME_STARTS = word_list(
    "Brand Hohen Linden Stein Kessel Wald Berg Rosen Hollen Mar Wester Oster Nieder Ober Kirch Grün Schön Alten Neu "
    "Falken Reh Buch "
    "Dorn Ecker Finster Gold Hammer Immen Jung Kalten Lauter Mühl Nord Ochsen Pfaff Quell Ritter Sonnen Trauten Ulm "
    "Vogel Winter "
    "Zeller Eichel Hasel Kron Blumen Distel Feuer Glocken Hafer Kranz Leder Morgen Nebel Regen"
)
SURNAME_ENDS = word_list(
    "mann ner bach berg inger meier hofer feld stein beck hagen wald ring ermann au städt kamp brink horst heim rath "
    "müller hauser "
    "wieser kötter huber loh witz"
)

WEEKDAYS = word_list("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag")
MONTHS = word_list("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")

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
    """Known plain nouns that invented words are built on in training."""
    return [noun for noun in THINGS.known if len(noun.word) <= 8]
