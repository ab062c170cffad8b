"""How German posts are written, kind by kind."""

from __future__ import annotations

from feinschliff.datasets.grammar.slots import Kind

OPENERS = (
    (
        "[Hallo|Hallo zusammen|Liebe Nachbarn|Guten Morgen|Guten Abend|Moin|Servus|Liebe Nachbarschaft|Hallo ihr "
        "Lieben][!|,|.]"
    ),
    "[Kurze Frage in die Runde|Eine kurze Info|Ein Hinweis an alle|Mal etwas anderes|Ich versuche es mal hier][:|.]",
    (
        "[Wir sind neu hier|Wir wohnen seit {num} Jahren hier|Wir sind gerade hergezogen] und [freuen uns über "
        "Kontakte|kennen noch kaum jemanden]."
    ),
)

CLOSERS = (
    "[Bitte melden|Meldet euch gern|Am besten melden] [bei|unter] {phone}.",
    "[Liebe Grüße|Viele Grüße|Herzliche Grüße|Danke und Grüße], {name}[| 🙂| 🙏].",
    "[Danke fürs Lesen|Vielen Dank|Danke euch][!| 🙏|.] {name}",
    "[Am besten per Nachricht|Gern per Nachricht|Anrufen geht am besten {time2}], [{name}|{fam}].",
    "[Einfach klingeln bei {fam}|Einfach bei {fam} klingeln], [Hausnummer|Nummer] {house}.",
    "[Wer etwas weiß, schreibt mir bitte|Bitte teilen|Über jede Nachricht freue ich mich][!|.]",
)

FILLERS = (
    "[Übrigens steht|Nebenbei: Bei uns steht] {loc2} immer noch {ein.n.o} [herum|im Weg].",
    "{fam2} hat [mir |]neulich {ein.a.o} [repariert|geliehen|mitgebracht], [das war sehr nett|vielen Dank dafür].",
    "[Für {der.a.o} habe ich schon jemanden gefunden|{der.n.o} ist leider schon vergeben].",
    (
        "[Mein Sohn|Meine Tochter|Mein Mann|Meine Frau|{name2}] [braucht|will] [dafür |]{ein.a.o}, [aber das hat "
        "Zeit|das ist aber eine andere Geschichte]."
    ),
    "[Ich war ohnehin|Wir waren sowieso] {loc2}, [weil {name2} dort arbeitet|um {ein.a.o} abzuholen].",
    (
        "[Letzte Woche|Vor kurzem|Im letzten Jahr] hat {name2} {loc2} {ein.a.o} [gefunden|verloren|gekauft], [kaum "
        "zu glauben|so klein ist die Welt]."
    ),
    "[Und nein, es geht nicht um|Es geht diesmal nicht um] {der.a.o}.",
)

_ABOUT_THING = (
    "[Aussehen|Merkmal|Zustand]: {adj}, [die Marke heißt|die Marke ist] {brand}.",
    "[Daran hängt|Daran klebt|Dabei lag] [noch |]{ein.n.q}.",
    "{pron.n.k} ist [etwa |ungefähr |]{num} [Jahre alt|Zentimeter lang|Zentimeter breit].",
    "[An der Seite|Auf der Rückseite|Unten|Innen] steht [der Name|der Schriftzug] {brand}.",
)

_SELL = (
    (
        "{pron.n.k} [ist {num} Jahre alt|stammt von {brand}|wurde kaum benutzt|hat leichte "
        "Gebrauchsspuren|funktioniert einwandfrei]."
    ),
    "[Abzuholen|Abholung|Selbstabholung] {loc}[, gern {day}|, am besten {day} {time}|].",
    "[Abgeholt werden kann {pron.n.k}|Ihr könnt {pron.a.k}] {loc} [{day}|{date}|{time}] [ansehen|abholen].",
)

KINDS = (
    Kind(
        name="lost",
        key="portable",
        share=11,
        background=(
            "[Gestern war hier viel los|So ein Pech|Ich ärgere mich über mich selbst|Ich bin untröstlich].",
            (
                "[Ich war mit {name2} {loc2}|Ich war auf dem Weg zu {fam2}] [und habe {ein.a.o} geholt|und hatte "
                "die Hände voll]."
            ),
            "[In der Eile|Vor lauter Stress|Beim Umsteigen|Beim Einladen] ist es passiert.",
        ),
        main=(
            "{past} habe ich {loc} {mein.a.adj.k} [verloren|liegen lassen|verlegt].",
            (
                "[Ich vermisse|Ich suche|Wir vermissen] seit {since.past} {ein.a.adj.k}, [zuletzt gesehen "
                "{loc}|vermutlich {loc} verloren]."
            ),
            "[Hat jemand|Hat vielleicht jemand|Hat irgendwer] {loc} {ein.a.adj.k} gefunden[? Verloren {past}.|?]",
            "[Leider ist|Mir ist] {past} {loc} {mein.n.k} [abhandengekommen|verloren gegangen].",
            "{mein.n.adj.k} ist weg[!|.] [Es war {past} {loc}.|Ich hatte {pron.a.k} {past} noch {loc}.]",
            "[Dabei habe ich|Irgendwo habe ich] {loc} {mein.a.k} verloren[, und zwar {past}|].",
        ),
        details=(
            *_ABOUT_THING,
            "[Finderlohn|Dem Finder gebe ich|Als Finderlohn gibt es] {price}[!|.]",
            "[Ich hänge sehr daran|{pron.n.k} ist ein Erbstück|{pron.n.k} gehört {name2}].",
        ),
        subjects=(
            (0.52, "{adj.n.k} {loc} verloren"),
            (0.14, "Verloren: {k} {loc}"),
            (0.12, "Wer hat {mein.a.k} gefunden?"),
            (0.08, "Wer hat {loc} {ein.a.k} gesehen?"),
            (0.08, "Finderlohn für {mein.a.k}: {price}"),
            (0.06, "{k} {past} verloren"),
        ),
    ),
    Kind(
        name="lost",
        key="pet",
        share=7,
        background=(
            "[Wir machen uns große Sorgen|Bitte haltet die Augen offen|Unsere Kinder weinen schon].",
            "[Beim Handwerkerbesuch|Als {fam2} zu Besuch war|Beim Ausladen von {ein.d.o}] stand die Tür offen.",
        ),
        main=(
            (
                "Seit {since.past} ist {unser.n.adj.k} {pet} [verschwunden|weg|nicht nach Hause gekommen], zuletzt "
                "gesehen {loc}."
            ),
            "{unser.n.adj.k} {pet} ist {past} {loc} [entlaufen|ausgerissen|weggelaufen].",
            (
                "[Wer hat|Hat jemand] {loc} {unser.a.adj.k} [{pet} |]gesehen? [{pet} ist seit {since.past} "
                "weg.|Der Name ist {pet}.]"
            ),
            (
                "[Wir vermissen|Vermisst wird] {unser.n.k} {pet}[, {adj} und sehr scheu|, {adj} und zutraulich]; "
                "{past} noch {loc} gesehen."
            ),
        ),
        details=(
            (
                "{pet} [trägt ein Halsband mit {ein.d.q}|hört auf Zuruf|ist gechippt|ist sehr scheu|frisst nur "
                "Futter von {brand}]."
            ),
            (
                "[Bitte schaut in Keller und Garagen|Bitte nicht jagen, sondern anrufen|Bitte auch unter {der.d.o} "
                "nachsehen]."
            ),
            "[Belohnung|Wir zahlen als Belohnung] {price}.",
        ),
        subjects=(
            (0.54, "Vermisst: {k} {pet} {loc}"),
            (0.14, "{adj.n.k} {pet} entlaufen"),
            (0.12, "Wer hat {k} {pet} gesehen?"),
            (0.1, "Bitte sucht mit: {k} {pet}"),
            (0.1, "{k} {pet} seit {since.past} weg"),
        ),
    ),
    Kind(
        name="found",
        key="portable",
        share=9,
        background=(
            (
                "[Heute ein glücklicher Tag für jemanden|Jemand sucht sicher schon danach|Vielleicht hilft diese "
                "Nachricht]."
            ),
            (
                "[Beim Spazierengehen mit {name2}|Auf dem Weg zum Einkaufen|Beim Joggen] [gab es eine "
                "Überraschung|bin ich fast gestolpert]."
            ),
        ),
        main=(
            "{past} [habe ich|haben wir] {loc} {ein.a.adj.k} gefunden.",
            "Wem gehört {der.n.adj.k}, {rel.a.k} [ich {past} {loc} gefunden habe|{name2} {past} {loc} gefunden hat]?",
            "[Jemand hat|Da hat wohl jemand] {loc} {ein.a.adj.k} [verloren|vergessen|liegen lassen].",
            "[Bei uns|Direkt] {loc} lag {past} {ein.n.adj.k}[ im Gras| auf dem Boden| auf einer Mauer|].",
            "{ein.n.adj.k} [wartet bei mir auf den Besitzer|liegt jetzt bei {fam}]: [gefunden|entdeckt] {past} {loc}.",
        ),
        details=(
            *_ABOUT_THING,
            "[Abzuholen bei {fam}|Ich habe {pron.a.k} bei {fam} abgegeben|{pron.n.k} liegt nun bei {fam}].",
            "[Bitte beschreibt|Wer kann beschreiben], [was daran hängt|was innen steht|welche Marke es ist][?|.]",
        ),
        subjects=(
            (0.53, "{adj.n.k} {loc} gefunden"),
            (0.15, "Gefunden: {k} {loc}"),
            (0.12, "Wem gehört {dies.n.k}?"),
            (0.1, "Fundsache: {k}"),
            (0.1, "{k} {past} gefunden"),
        ),
    ),
    Kind(
        name="found",
        key="pet",
        share=5,
        background=(
            "[Wir haben einen Gast|Überraschung am Gartenzaun|Da staunten wir nicht schlecht].",
            "[Eigentlich wollte ich nur {ein.a.o} holen|Ich war gerade mit {name2} unterwegs].",
        ),
        main=(
            "{past} ist uns {loc} {ein.n.adj.k} zugelaufen.",
            "{loc} [läuft|sitzt] seit {since.past} {ein.n.adj.k} [herum|unter einem Auto|und ruft].",
            "[Wem gehört {der.n.adj.k}|Wer kennt {der.a.adj.k}]? [Zugelaufen|Gesehen] {past} {loc}.",
            "[Wer vermisst|Vermisst jemand] {ein.a.adj.k}? [Gefunden {past} {loc}|Seit {since.past} {loc} unterwegs].",
        ),
        details=(
            "[Das Tier spielt gern mit {ein.d.q}|Daneben lag {ein.n.q}].",
            (
                "[Ein Chip ist nicht zu finden|Sehr zutraulich|Sehr hungrig], [jetzt bei {fam}|derzeit in der "
                "Tierarztpraxis]."
            ),
            "[Futter von {brand} wird gern genommen|Geschlafen wird auf {ein.d.o}].",
        ),
        subjects=(
            (0.52, "{adj.n.k} {loc} zugelaufen"),
            (0.16, "Zugelaufen: {k} {loc}"),
            (0.14, "Wem gehört {dies.n.k}?"),
            (0.1, "Wer vermisst {ein.a.k}?"),
            (0.08, "{k} seit {since.past} bei {fam}"),
        ),
    ),
    Kind(
        name="sale",
        key="thing",
        share=14,
        background=(
            "[Wir ziehen um|Der Keller muss leer werden|Frühjahrsputz|Wir verkleinern uns][.|!]",
            (
                "[{name2} hat jetzt {ein.a.o}|Wir haben uns {ein.a.o} angeschafft], [deshalb wird Platz "
                "gebraucht|also muss etwas gehen]."
            ),
        ),
        main=(
            "[[Ich verkaufe|Wir verkaufen] {ein.a.adj.k}|Zu verkaufen: {ein.n.adj.k}] [für|zum Preis von] {price}.",
            "[Hat jemand Interesse an|Wer braucht] {ein.d.k}? [Der Preis wäre|Ich dachte an|Gegen] {price}[, VB|].",
            "[Abzugeben gegen {price}|Für {price} abzugeben]: {ein.n.adj.k}[, {adj}|].",
            "{mein.n.adj.k} [sucht ein neues Zuhause|steht zum Verkauf], [Preis|Kostenpunkt]: {price}.",
            "[Deshalb trenne ich mich von|Nun verkaufe ich] {mein.d.k}, [Verhandlungsbasis|Festpreis] {price}.",
        ),
        details=(
            *_SELL,
            "[Der Neupreis lag bei|Neu hat {pron.n.k} gekostet:] {price2}.",
            "[{der.a.o} verkaufe ich nicht|Ohne {ein.a.o}, wie abgebildet|{ein.n.o} ist dabei].",
        ),
        subjects=(
            (0.55, "{adj.n.k} für {price}"),
            (0.13, "Verkaufe {k} für {price}"),
            (0.12, "Zu verkaufen: {k}"),
            (0.1, "{k}, {price}, Abholung {loc}"),
            (0.1, "Günstig: {adj.n.k}"),
        ),
    ),
    Kind(
        name="gift",
        key="thing",
        share=10,
        background=(
            "[Zum Wegwerfen zu schade|Wir misten aus|Alles muss raus|Platz ist Luxus][!|.]",
            "[Statt {ein.d.o} kommt nun etwas anderes|Wegen {ein.d.o} ist kein Platz mehr].",
        ),
        main=(
            (
                "[[Ich verschenke|Wir verschenken] {ein.a.adj.k}|Zu verschenken: {ein.n.adj.k}][, abzuholen {loc}| "
                "an Selbstabholer {loc}]."
            ),
            (
                "[Wer möchte|Mag jemand|Wer kann] {ein.a.adj.k} [geschenkt haben|gebrauchen]? [Steht {loc}.|Gibt "
                "es {loc}, gratis.]"
            ),
            (
                "{ein.n.adj.k} [gratis abzugeben|umsonst abzugeben|sucht kostenlos ein neues Zuhause], "
                "[Abholung|steht] {loc}."
            ),
            "[Kostenlos|Umsonst|Geschenkt]: {ein.n.adj.k}, {loc}.",
        ),
        details=(
            "{pron.n.k} [ist {num} Jahre alt|stammt von {brand}|hat kleine Kratzer|ist noch gut in Schuss].",
            "[Bitte bis|Es eilt, bitte bis] [Freitag|Sonntag|Ende der Woche|Monatsende] [abholen|holen].",
            "[Abholung|Da sind wir] {day} {time}.",
            "[{der.n.o} bleibt hier|{ein.n.o} gehört nicht dazu].",
        ),
        subjects=(
            (0.52, "{adj.n.k} zu verschenken"),
            (0.17, "Zu verschenken: {k} {loc}"),
            (0.13, "Verschenke {k}"),
            (0.1, "Gratis: {adj.n.k}"),
            (0.08, "Wer möchte {ein.a.adj.k}?"),
        ),
    ),
    Kind(
        name="wanted",
        key="thing",
        share=8,
        background=(
            "[{name2} hat bald Geburtstag|Unser {num}. Hochzeitstag steht an|Ein Projekt steht an].",
            "[Leider ist {mein.n.o} kaputt|{ein.a.o} haben wir schon|{fam2} hat mir {ein.a.o} gegeben].",
        ),
        main=(
            (
                "[[Ich suche|Wir suchen] {ein.a.adj.k}|Dringend gesucht: {ein.n.adj.k}][, gern gebraucht|, bis "
                "{price}| für höchstens {price}]."
            ),
            (
                "[Wer hat|Hat jemand] {ein.a.adj.k} [abzugeben|übrig|zu verkaufen]? [Mehr als {price} möchte ich "
                "nicht zahlen.|Ich zahle bis {price}.]"
            ),
            (
                "[Für {name2}|Für den Garten|Für die Wohnung] fehlt [mir |uns |]noch {ein.n.adj.k}, "
                "[Budget|höchstens] {price}."
            ),
        ),
        details=(
            "[Abholen kann ich {day} {time}|Ich hole {pron.a.k} gern {loc} ab|Treffpunkt wäre {loc}].",
            "[Am liebsten von|Gern von der Marke|Bitte nicht von] {brand}.",
            "[Zum Tausch hätte ich|Dafür gebe ich auch] {ein.a.o}.",
            "[Zustand egal|Kleine Macken stören nicht].",
        ),
        subjects=(
            (0.55, "Suche {adj.a.k}"),
            (0.15, "Suche {k} bis {price}"),
            (0.12, "Wer hat {ein.a.k} abzugeben?"),
            (0.1, "{k} gesucht"),
            (0.08, "Gesucht: {adj.n.k}"),
        ),
    ),
    Kind(
        name="borrow",
        key="thing",
        share=6,
        background=(
            "[Nur für einen Tag|Kaufen lohnt sich nicht|Wir bauen gerade um].",
            "[{ein.a.o} hat mir {fam2} schon geliehen|Mit {ein.d.o} allein geht es nicht].",
        ),
        main=(
            "[Wer kann mir|Kann mir jemand|Würde mir jemand] {day} {ein.a.k} leihen?",
            "[Ich bräuchte|Wir bräuchten] {day} {ein.a.k}[ leihweise, Pfand {price}| zum Ausleihen| leihweise].",
            "[Gibt es hier|Hat jemand hier] {ein.a.k}, {rel.a.k} ich {day} [borgen|ausleihen] [darf|könnte]?",
        ),
        details=(
            "[Ich hole {pron.a.k} {time} ab|Zurück gibt es {pron.a.k} {time}|Ich wohne {loc}].",
            "[Als Dank gibt es|Dafür bekommt ihr] [Kuchen|Wein|Honig|{ein.a.o}|{price}].",
            "[Gern auch von {brand}|Die Größe ist egal|Nur für den Balkon].",
        ),
        subjects=(
            (0.54, "Wer leiht mir {day} {ein.a.k}?"),
            (0.18, "Suche {k} zum Ausleihen"),
            (0.16, "Leihweise gesucht: {k}"),
            (0.12, "{k} {day} gesucht"),
        ),
    ),
    Kind(
        name="event",
        key="event",
        share=12,
        background=(
            "[Endlich ist es so weit|Der Termin steht|Save the date|Alle Jahre wieder][!|.]",
            "[Nach langer Planung mit {fam2}|Nachdem letztes Jahr {ein.n.o} fehlte]: [jetzt klappt es|es geht los].",
        ),
        main=(
            "{day} {time} findet {loc} {der.n.k} statt.",
            (
                "[Kommt zum|Herzliche Einladung:] [Treffpunkt|Termin] {day} {time} {loc}, [dann beginnt|dort "
                "beginnt] {unser.n.k}."
            ),
            "[Wir laden euch ein|Ihr seid eingeladen]: {der.n.k} {loc}, {day} {time}.",
            "[Am Wochenende|Bald] ist es so weit: {unser.n.k} [startet|beginnt] {day} {time} {loc}.",
            "[Merkt euch|Notiert euch] {der.a.k} {loc} vor, {day} {time}.",
        ),
        details=(
            "[Der Eintritt kostet|Der Eintritt beträgt|Teilnahme:] {price}.",
            "[Mitbringen|Bitte mitbringen]: {ein.a.o}[ und {ein.a.q}|].",
            "[Für Kinder gibt es {ein.a.o}|{name2} bringt {ein.a.o} mit|{fam} kümmert sich um Essen und Trinken].",
            "[Bei Regen|Bei schlechtem Wetter] [fällt alles aus|geht es {loc2} weiter].",
            "[Anmeldung|Fragen] bei {fam}.",
        ),
        subjects=(
            (0.55, "Einladung: {k} {day} {loc}"),
            (0.15, "Termin: {k} {day} {time}"),
            (0.1, "Kommt {loc}: {k}"),
            (0.1, "{day}: {k} {loc}"),
            (0.1, "{k} für {price}"),
        ),
    ),
    Kind(
        name="warning",
        key="hazard",
        share=9,
        background=(
            "[Bitte aufpassen|Vorsicht, liebe Leute|Leider keine gute Nachricht|Passt auf euch auf][!|.]",
            (
                "[Als ich {ein.a.o} heimbrachte|Als {name2} {past} heimkam], [war die Polizei da|stand die "
                "Feuerwehr vor der Tür]."
            ),
        ),
        main=(
            "{loc} gab es {past} {ein.a.k}.",
            "[Achtung|Vorsicht|Warnung]: {ein.n.k} {loc}[, gemeldet {past}|, seit {since.past}]!",
            "[Wir warnen vor|Bitte hütet euch vor] {ein.d.k} {loc}[, bemerkt {past}|].",
            "[Gestern erst|Schon wieder] {ein.n.k} {loc}[, zuletzt {past}|]!",
            "{past} wurde {loc} {ein.n.k} [gemeldet|bemerkt|entdeckt].",
        ),
        details=(
            "[Die Polizei|Die Feuerwehr|Die Hausverwaltung|{fam}] [weiß Bescheid|ist informiert|kommt {time}].",
            "[Haltet Kinder und Tiere fern|Nehmt lieber einen Umweg über {name.loc2}|Meidet die Stelle].",
            "[Beschädigt wurde|Betroffen ist] auch {ein.n.o}.",
            "[Hinweise an|Wer etwas gesehen hat, ruft an:] {phone}.",
        ),
        subjects=(
            (0.55, "Achtung: {k} {loc}"),
            (0.16, "Gemeldet: {k} {loc}"),
            (0.11, "Vorsicht, {k} {loc}!"),
            (0.1, "{k} {past} gemeldet"),
            (0.08, "Warnung vor {ein.d.k}"),
        ),
    ),
    Kind(
        name="service",
        key="profession",
        share=9,
        background=(
            "[{mein.n.o} ist kaputt|Seit {since.past} geht nichts mehr|Wir renovieren|Es wird Zeit].",
            "[{fam2} konnte leider nicht helfen|Die letzte Adresse war ein Reinfall].",
        ),
        main=(
            "[Wer kennt|Kennt jemand|Kennt ihr] {ein.a.k} [in der Nähe|im Viertel|in unserer Gegend]?",
            "[Ich suche|Wir suchen] [dringend |]{ein.a.k}, [möglichst {loc}|am besten {loc}|gern {loc}].",
            (
                "[Könnt ihr mir|Wer kann mir] {ein.a.k} [empfehlen|ans Herz legen]? [Wir wohnen {loc}.|Es geht um "
                "{ein.a.o}.]"
            ),
            "[Gesucht wird|Gebraucht wird] {ein.n.k} [für {ein.a.o}|mit Erfahrung|mit freien Terminen].",
        ),
        details=(
            "[Mehr als {price} sollte es nicht kosten|Das Budget liegt bei {price}].",
            "[Am liebsten {day} {time}|Es wäre {day} wichtig|Zeit hätten wir {day}].",
            "[Wir wohnen|Der Einsatzort ist] {loc}.",
        ),
        subjects=(
            (0.55, "Suche {ein.a.k}"),
            (0.14, "Wer kennt {ein.a.k}?"),
            (0.11, "Gesucht: {k} {loc}"),
            (0.1, "Empfehlung für {ein.a.k}?"),
            (0.1, "{k} für {day} gesucht"),
        ),
    ),
    Kind(
        name="recommendation",
        key="profession",
        share=7,
        background=(
            "[Man darf auch einmal loben|Endlich etwas Positives|Nach vielen Enttäuschungen].",
            "[{mein.n.o} war hinüber|Wir hatten Ärger mit {ein.d.o}].",
        ),
        main=(
            "[Ich kann|Wir können] {der.a.k} {brand} {loc} [sehr empfehlen|nur empfehlen|wärmstens empfehlen].",
            "[Großes Lob|Ein dickes Dankeschön] an {der.a.k} {brand} {loc}.",
            "{der.n.k} {brand} {loc} hat uns {past} [toll geholfen|gerettet].",
            "[Kennt ihr schon|Wart ihr schon bei] {brand}? {der.n.k} {loc} [ist spitze|ist jeden Euro wert].",
        ),
        details=(
            "[Bezahlt haben wir|Gekostet hat es] {price}.",
            "[Der Termin war schon {day}|Termine gibt es {day}].",
            "[Sogar {der.n.o} sieht wieder aus wie neu|{name2} war auch begeistert].",
        ),
        subjects=(
            (0.54, "Empfehlung: {k} {brand}"),
            (0.18, "Sehr gut: {k} {brand} {loc}"),
            (0.15, "Danke an {k} {brand}"),
            (0.13, "Guter Tipp: {k} {loc}"),
        ),
    ),
    Kind(
        name="offer",
        key="service",
        share=8,
        background=(
            "[Ich habe wieder Zeit|Als Rentner habe ich Zeit|In den Ferien verdiene ich gern etwas dazu].",
            "[{fam2} war sehr zufrieden|{name2} kann mich empfehlen].",
        ),
        main=(
            "[Ich biete|Wir bieten|Biete] {k} [für|zu] {rate} [die Stunde|pro Stunde][, {loc}|].",
            (
                "[Interesse an|Wer hat Lust auf] {k}? [Ich verlange {rate} pro Stunde.|Die Stunde kostet {rate}.] "
                "[Ich komme auch vorbei.|Wir treffen uns {loc}.]"
            ),
            "[Ab sofort|Seit kurzem] [gibt es bei mir|biete ich] {loc} {k} für {rate} [die Stunde|je Stunde].",
            "{k} gesucht? [Das mache ich {loc} für {rate}|Das übernehme ich gern, {rate} die Stunde].",
        ),
        details=(
            "[Zeit habe ich {day}|Frei ist noch {day} {time}].",
            "[{ein.a.o} bringe ich mit|Auch {ein.n.o} ist kein Problem].",
            "[Erste Stunde gratis|Erfahrung seit {num} Jahren|Gern auch am Wochenende].",
        ),
        subjects=(
            (0.55, "Biete {k} für {rate} die Stunde"),
            (0.15, "Neu {loc}: {k}"),
            (0.12, "Noch frei: {k}"),
            (0.1, "Interesse an {k}?"),
            (0.08, "{k}: noch frei {day}"),
        ),
    ),
)
