"""How English posts are written, kind by kind."""

from __future__ import annotations

from feinschliff.datasets.grammar.slots import Kind

OPENERS = (
    "[Hello|Hi all|Hi everyone|Good morning|Good evening|Dear neighbours|Hello neighbours|Hi there][!|.]",
    "[Quick question|Short notice|Just a heads-up|Something different for once|Trying my luck here][:|.]",
    (
        "[I am new here|We have lived here for {num} years|We only just moved in] and [look forward to meeting "
        "you|hardly know anyone yet]."
    ),
)

CLOSERS = (
    "[Please call|Call me on|You can reach me on] {phone}.",
    "[Best wishes|Kind regards|Many thanks|Thanks and best wishes|Cheers], {name}[| 🙂| 🙏]",
    "[Thanks for reading|Thank you|Thanks a lot][!| 🙏|.] {name}",
    "[A message is best|Calls are fine after six|Send me a message], [{name}|{fam}].",
    "[Just ring the bell at {fam}'s|Ring the bell, {fam}], [number|house number] {house}.",
    "[If you know anything, please write|Please share|Any message is welcome][!|.]",
)

FILLERS = (
    "[By the way|On another note], {a.o} is still [standing around|in the way] {loc2}.",
    "{fam2} recently [repaired|lent me|brought along] {a.o}, [which was very kind|thanks again for that].",
    "[The {o} is already taken|I already found someone for the {o}|The {o} has gone, sorry].",
    (
        "[My son|My daughter|My husband|My wife|{name2}] [needs|wants] {a.o}, [but that can wait|but that is "
        "another story]."
    ),
    "[I was {loc2} anyway|We were {loc2} anyway], [because {name2} works there|to pick up {a.o}].",
    "[Last week|Not long ago|Last year] {name2} [found|lost|bought] {a.o} {loc2}, [believe it or not|small world].",
    "[And no, this is not about|This time it is not about] the {o}.",
)

_ABOUT_THING = (
    "[The look|Appearance|Condition]: {adj}, [the make is|made by] {brand}.",
    "[There is|You will find] {a.q} [attached to it|tied to it|with it].",
    "It is [about |roughly |]{num} [years old|centimetres long|inches wide].",
    "[On the side|On the back|Underneath|Inside] it says {brand}.",
)

_SELL = (
    "It [is {num} years old|was made by {brand}|was hardly used|shows some wear|works perfectly].",
    "[To be collected|Collection|Pick-up] {loc}[, preferably {day}|, ideally {day} {time}|].",
    "You can [see it|collect it|have a look] {loc} [{day}|{date}|{time}].",
)

KINDS = (
    Kind(
        name="lost",
        key="portable",
        share=11,
        background=(
            "[What a day|Just my luck|I am so annoyed with myself|I am heartbroken].",
            "[I was {loc2} with {name2}|I was on my way to {fam2}] [and carried {a.o}|and had my hands full].",
            "[In the rush|Out of sheer stress|While changing buses|While loading the car] it happened.",
        ),
        main=(
            "{past} I [lost|left|mislaid] my {adj.k} {loc}.",
            "[I am missing|We are missing|I am looking for] {a.adj.k}, [last seen|probably lost] {loc} {past}.",
            "Did [anyone|somebody] [come across|pick up|find] {a.adj.k} {loc}?[ I lost it {past}.|]",
            "[Sadly|Unfortunately] my {k} [went missing|got lost] {loc} {past}.",
            "My {adj.k} is gone[!|.] [It happened {loc} {past}.|I still had it {loc} {past}.]",
            "[Somewhere|At some point] {loc} I lost my {k}[, {past} to be exact|].",
        ),
        details=(
            *_ABOUT_THING,
            "[The reward is|There is a reward of|The finder gets] {price}[!|.]",
            "[It means a lot to me|It is an heirloom|It belongs to {name2}].",
        ),
        subjects=(
            (0.52, "{adj.k} lost {loc}"),
            (0.14, "Lost: {k} {loc}"),
            (0.12, "Has anyone found my {k}?"),
            (0.08, "Who has seen {a.k} {loc}?"),
            (0.08, "{price} reward for my {k}"),
            (0.06, "{k} lost {past}"),
        ),
    ),
    Kind(
        name="lost",
        key="pet",
        share=7,
        background=(
            "[We are very worried|Please keep your eyes open|Our children are in tears].",
            "[While the builders were in|When {fam2} came to visit|While we unloaded {a.o}] the door was open.",
        ),
        main=(
            "Our {adj.k} {pet} has been [missing|gone] since {since.past}, last seen {loc}.",
            "Our {adj.k} {pet} [ran away|got out|escaped] {loc} {past}.",
            "Has anyone [seen|spotted] our {adj.k}[ {pet}|] {loc}? [{pet} disappeared {past}.|The name is {pet}.]",
            (
                "[We miss|We are looking for] our {k} {pet}[, {adj} and very shy|, {adj} and friendly]; last seen "
                "{loc} {past}."
            ),
        ),
        details=(
            "{pet} [wears a collar with {a.q}|answers to its name|is chipped|is very shy|only eats food by {brand}].",
            "[Please check cellars and garages|Please do not chase, just call|Please also look under the {o}].",
            "[We offer a reward of|The reward is] {price}.",
        ),
        subjects=(
            (0.54, "Missing: {k} {pet} {loc}"),
            (0.14, "{adj.k} {pet} ran away"),
            (0.12, "Has anyone seen {k} {pet}?"),
            (0.1, "Please help find {k} {pet}"),
            (0.1, "{k} {pet} missing since {since.past}"),
        ),
    ),
    Kind(
        name="found",
        key="portable",
        share=9,
        background=(
            "[A lucky day for somebody|Someone must be looking for this|Perhaps this message helps].",
            "[On a walk with {name2}|On the way to the shops|While jogging] [there was a surprise|I nearly tripped].",
        ),
        main=(
            "{past} [I|we] found {a.adj.k} {loc}.",
            "[Whose is|Who is missing] the {adj.k} that [I|{name2}] found {loc} {past}?",
            "[Somebody has|Someone has] [lost|forgotten|left behind] {a.adj.k} {loc}.",
            "[Right|Just] {loc} there was {a.adj.k}[ in the grass| on the ground| on a wall|] {past}.",
            "{a.adj.k} [is waiting here for its owner|is now with {fam}]: [found|discovered] {loc} {past}.",
        ),
        details=(
            *_ABOUT_THING,
            "[Collect it from|I handed it to|It is now with] {fam}.",
            "[Please describe|Can you describe] [what is attached|what is inside|which make it is][?|.]",
        ),
        subjects=(
            (0.53, "{adj.k} found {loc}"),
            (0.15, "Found: {k} {loc}"),
            (0.12, "Whose {k} is this?"),
            (0.1, "Lost property: {k}"),
            (0.1, "{k} found {past}"),
        ),
    ),
    Kind(
        name="found",
        key="pet",
        share=5,
        background=(
            "[We have a guest|A surprise at the garden fence|We could not believe our eyes].",
            "[I only wanted to fetch {a.o}|I was out with {name2}].",
        ),
        main=(
            "{past} {a.adj.k} [came to us|turned up] {loc}.",
            "Since {since.past} {a.adj.k} has been [wandering about|hiding under a car|crying] {loc}.",
            "[Whose is the {adj.k}|Who knows the {adj.k}]? [Turned up|Seen] {loc} {past}.",
            "[Is anyone missing|Who is missing] {a.adj.k}? [Found {loc} {past}|Roaming {loc} since {since.past}].",
        ),
        details=(
            "[The animal likes to play with {a.q}|Next to it there was {a.q}].",
            "[There is no chip|Very friendly|Very hungry], [now with {fam}|now at the vet's].",
            "[Food by {brand} is going down well|It sleeps on {a.o}].",
        ),
        subjects=(
            (0.52, "{adj.k} found {loc}"),
            (0.16, "Found: {k} {loc}"),
            (0.14, "Whose {k} is this?"),
            (0.1, "Who is missing {a.k}?"),
            (0.08, "{k} with {fam} since {since.past}"),
        ),
    ),
    Kind(
        name="sale",
        key="thing",
        share=14,
        background=(
            "[We are moving|The cellar has to be emptied|Spring cleaning|We are downsizing][.|!]",
            "[{name2} has {a.o} now|We bought {a.o}], [so we need the space|so something has to go].",
        ),
        main=(
            "[I am selling|We are selling|For sale:] {a.adj.k} [for|at] {price}.",
            (
                "[Is anyone interested in|Who needs] {a.k}? [The price would be|I thought of|Yours for] {price}[, "
                "negotiable|]."
            ),
            "[Available for|Going for] {price}: {a.adj.k}.",
            "My {adj.k} [needs a new home|is up for sale], [price|asking]: {price}.",
            "[So I am parting with|Now I am selling] my {k}, [negotiable|fixed price] {price}.",
        ),
        details=(
            *_SELL,
            "[The new price was|New it cost] {price2}.",
            "[The {o} is not for sale|Without the {o} in the picture|The {o} comes with it].",
        ),
        subjects=(
            (0.55, "{adj.k} for {price}"),
            (0.13, "Selling {k} for {price}"),
            (0.12, "For sale: {k}"),
            (0.1, "{k}, {price}, collection {loc}"),
            (0.1, "Bargain: {adj.k}"),
        ),
    ),
    Kind(
        name="gift",
        key="thing",
        share=10,
        background=(
            "[Too good to throw away|We are clearing out|Everything must go|Space is a luxury][!|.]",
            "[Instead of the {o} we get something else|Because of {a.o} there is no room left].",
        ),
        main=(
            "[I am giving away|We are giving away|To give away:] {a.adj.k}[, pick it up {loc}| {loc}].",
            "[Would anyone like|Who would like|Can anyone use] {a.adj.k}? [It is {loc}.|Free, {loc}.]",
            "{a.adj.k} [free to a good home|free of charge|looking for a new home], [collection|to be found] {loc}.",
            "[Free|No charge|For nothing]: {a.adj.k}, {loc}.",
        ),
        details=(
            "It [is {num} years old|was made by {brand}|has small scratches|is still in good shape].",
            (
                "[Please collect by|It is urgent, please come by] [Friday|Sunday|the end of the week|the end of "
                "the month]."
            ),
            "[Collection|We are in] {day} {time}.",
            "[The {o} stays here|The {o} is not part of it].",
        ),
        subjects=(
            (0.52, "{adj.k} to give away"),
            (0.17, "To give away: {k} {loc}"),
            (0.13, "Giving away {a.k}"),
            (0.1, "Free: {adj.k}"),
            (0.08, "Who would like {a.adj.k}?"),
        ),
    ),
    Kind(
        name="wanted",
        key="thing",
        share=8,
        background=(
            "[{name2} has a birthday soon|Our wedding anniversary is near|A project is coming up].",
            "[Sadly my {o} is broken|We already have {a.o}|{fam2} gave me {a.o}].",
        ),
        main=(
            (
                "[I am looking for|We are looking for|Urgently wanted:] {a.adj.k}[, used is fine|, up to {price}| "
                "for {price} at most]."
            ),
            (
                "[Does anyone have|Who has] {a.adj.k} [to spare|for sale|going]? [I would not pay more than "
                "{price}.|I pay up to {price}.]"
            ),
            "[For {name2}|For the garden|For the flat] [I|we] still need {a.adj.k}, [budget|at most] {price}.",
        ),
        details=(
            "[I can collect it|I would pick it up] {loc} {day}.",
            "[Preferably by|Ideally from|Please nothing by] {brand}.",
            "[In exchange I have|I would swap] {a.o}.",
            "[Any condition|A few marks do not matter].",
        ),
        subjects=(
            (0.55, "Looking for {a.adj.k}"),
            (0.15, "Paying up to {price} for {a.k}"),
            (0.12, "Who has {a.k} to spare?"),
            (0.1, "{k} wanted"),
            (0.08, "Wanted: {adj.k}"),
        ),
    ),
    Kind(
        name="borrow",
        key="thing",
        share=6,
        background=(
            "[Just for one day|Buying is not worth it|We are renovating].",
            "[{fam2} already lent me {a.o}|The {o} alone will not do].",
        ),
        main=(
            "[Could anyone|Can somebody|Would anyone] lend me {a.k} {day}?",
            "[I need|We need] to borrow {a.k} {day}[, deposit {price}|].",
            "[Is there|Does anyone know of] {a.k} that I [may|could] borrow {day}?",
        ),
        details=(
            "[I will pick it up {time}|You get it back {time}|I live {loc}].",
            "[In return there is|I can offer] [cake|wine|honey|{a.o}|{price}].",
            "[One by {brand} is fine too|The size does not matter|It is for the balcony].",
        ),
        subjects=(
            (0.54, "Looking to borrow {a.k} {day}"),
            (0.18, "Who can lend me {a.k}?"),
            (0.16, "To borrow: {k}"),
            (0.12, "{k} needed {day}"),
        ),
    ),
    Kind(
        name="event",
        key="event",
        share=12,
        background=(
            "[At last|The date is set|Save the date|It is that time of year again][!|.]",
            "[After much planning with {fam2}|Last year {a.o} was missing, but] [now it works out|here we go].",
        ),
        main=(
            "The {k} [takes place|is on|will be held] {loc} {day} {time}.",
            "[Come along|You are warmly invited]: {day} {time} {loc} [we start|it is time for] our {k}.",
            "[We invite you|Everyone is invited] to the {k} {loc}, {day} {time}.",
            "[This weekend|Soon] it is time: our {k} [starts|begins] {day} {time} {loc}.",
            "[Make a note of|Do not miss] the {k} {loc}, {day} {time}.",
        ),
        details=(
            "[Admission is|Tickets are|Taking part costs] {price}.",
            "[Please bring|Bring] {a.o}[ and {a.q}|].",
            "[There is {a.o} for the children|{name2} brings {a.o}|{fam} takes care of food and drink].",
            "[If it rains|In bad weather] [it is cancelled|we move {loc2}].",
            "[Sign up with|Questions to] {fam}.",
        ),
        subjects=(
            (0.55, "Invitation: {k} {day} {loc}"),
            (0.15, "Save the date: {k} {day} {time}"),
            (0.1, "Come to the {k} {loc}"),
            (0.1, "{day}: {k} {loc}"),
            (0.1, "{k} for {price}"),
        ),
    ),
    Kind(
        name="warning",
        key="hazard",
        share=9,
        background=(
            "[Please be careful|Careful, everyone|Not good news, I am afraid|Look after yourselves][!|.]",
            (
                "[When I brought {a.o} home|When {name2} came home {past}], [the police were there|the fire "
                "brigade was outside]."
            ),
        ),
        main=(
            "There was {a.k} {loc} {past}.",
            "[Attention|Caution|Warning]: {a.k} {loc}[, reported {past}|, since {since.past}]!",
            "[We warn of|Please beware of] {a.k} {loc}[, noticed {past}|].",
            "[Only yesterday|Once again] {a.k} {loc}[, most recently {past}|]!",
            "{past} {a.k} was [reported|noticed|discovered] {loc}.",
        ),
        details=(
            "[The council|The fire brigade|The caretaker|{fam}] [knows about it|has been told|will come {time}].",
            "[Keep children and pets away|Better take a detour via {name.loc2}|Avoid the spot].",
            "[Also damaged|Also affected]: {a.o}.",
            "[Information to|If you saw anything, call] {phone}.",
        ),
        subjects=(
            (0.55, "Attention: {k} {loc}"),
            (0.16, "Reported: {k} {loc}"),
            (0.11, "Careful, {k} {loc}!"),
            (0.1, "{k} reported {past}"),
            (0.08, "Warning of {a.k}"),
        ),
    ),
    Kind(
        name="service",
        key="profession",
        share=9,
        background=(
            "[My {o} is broken|Since {since.past} nothing works|We are renovating|It is about time].",
            "[{fam2} could not help|The last address was a letdown].",
        ),
        main=(
            "[Who knows|Does anyone know|Do you know] {a.k} [nearby|in the area|round here]?",
            "[I am looking for|We need|We are looking for] {a.k}[ urgently|], [if possible|ideally|preferably] {loc}.",
            "[Could you|Can anyone] recommend {a.k}? [We live {loc}.|It is about {a.o}.]",
            "[Wanted|Needed]: {a.k} [for {a.o}|with experience|with free dates].",
        ),
        details=(
            "[It should not cost more than|The budget is] {price}.",
            "[Preferably|Ideally|We would have time] {day}.",
            "[We live|The job is] {loc}.",
        ),
        subjects=(
            (0.55, "Looking for {a.k}"),
            (0.14, "Who knows {a.k}?"),
            (0.11, "Wanted: {k} {loc}"),
            (0.1, "Any tips for {a.k}?"),
            (0.1, "{k} needed {day}"),
        ),
    ),
    Kind(
        name="recommendation",
        key="profession",
        share=7,
        background=(
            "[Praise where praise is due|Something positive at last|After many disappointments].",
            "[My {o} was done for|We had trouble with {a.o}].",
        ),
        main=(
            "[I can|We can] [highly|only|warmly] recommend the {k} {brand} {loc}.",
            "[Full marks|A big thank you] to the {k} {brand} {loc}.",
            "The {k} {brand} {loc} [helped us a lot|saved us] {past}.",
            "[Do you know|Have you been to] {brand}? The {k} {loc} is [superb|worth every penny].",
        ),
        details=(
            "[We paid|It cost] {price}.",
            "[We got an appointment|There are free dates] {day}.",
            "[Even the {o} looks like new|{name2} was delighted as well].",
        ),
        subjects=(
            (0.54, "Recommended: {k} {brand}"),
            (0.18, "Superb: {k} {brand} {loc}"),
            (0.15, "Thanks to {k} {brand}"),
            (0.13, "Good tip: {k} {loc}"),
        ),
    ),
    Kind(
        name="offer",
        key="service",
        share=8,
        background=(
            "[I have time again|As a pensioner I have time|In the holidays I like to earn a little].",
            "[{fam2} was very pleased|{name2} can recommend me].",
        ),
        main=(
            "[I offer|We offer|Offering] {k} for {rate} [an hour|per hour][, {loc}|].",
            (
                "[Does anyone need|Who needs] {k}? [I charge {rate} an hour.|An hour costs {rate}.] [I come to "
                "you.|We can meet {loc}.]"
            ),
            "[From now on|As of late] I [do|offer] {k} {loc}, {rate} [an hour|per hour].",
            "[Looking for {k}|{k} wanted]? [I do that {loc} for {rate}|Happy to, {rate} an hour].",
        ),
        details=(
            "[I have time|There is a free slot] {day}.",
            "[I bring {a.o} along|Even {a.o} is no problem].",
            "[The first hour is free|{num} years of experience|Weekends are fine too].",
        ),
        subjects=(
            (0.55, "Offering {k} for {rate} an hour"),
            (0.15, "New {loc}: {k}"),
            (0.12, "Free slots: {k}"),
            (0.1, "Who needs {k}?"),
            (0.08, "{k}: still free {day}"),
        ),
    ),
)
