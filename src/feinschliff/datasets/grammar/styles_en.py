"""English subject lines by kind and style."""

from __future__ import annotations

FORMAL = (
    "Notice of loss",
    "Notice of find",
    "Offer of sale",
    "Offer of a gift",
    "Request to purchase",
    "Request for a loan",
    "Announcement",
    "Safety notice",
    "Request for services",
    "Reference",
    "Offer of services",
)
CHEERS = ("Yay", "Hooray", "Cheer up", "Let's go", "How lovely", "Great", "Super")

Styles = dict[str, tuple[str, ...]]

TEMPLATES: dict[tuple[str, str], Styles] = {
    ("lost", "portable"): {
        "short": ("{k} lost", "{k} missing", "{k} gone"),
        "question": ("Who has found my {k}?", "Has anyone seen {a.k} {loc}?"),
        "place": ("{k} lost {loc}", "Gone {loc}: {k}"),
        "formal": ("Notice of loss: {k}", "Notice of loss: {k}, lost {loc}"),
        "cheerful": ("Cheer up, we will find my {k}!", "Let's go and find my {k}!"),
    },
    ("lost", "pet"): {
        "short": ("{k} missing", "{k} gone"),
        "question": ("Who has seen our {k} {pet}?", "Has anyone seen our {k} {loc}?"),
        "place": ("{k} {pet} missing {loc}", "Gone {loc}: {k} {pet}"),
        "formal": ("Notice of loss: {k}", "Notice of loss: {k} {pet}, missing {loc}"),
        "cheerful": ("Cheer up, we will find our {k} {pet}!", "Let's go and find our {k}!"),
    },
    ("found", "portable"): {
        "short": ("{k} found", "Found: {k}"),
        "question": ("Whose {k} is this?", "Who is missing {a.k}?"),
        "place": ("{k} found {loc}", "Found {loc}: {k}"),
        "formal": ("Notice of find: {k}", "Notice of find: {k}, found {loc}"),
        "cheerful": ("Hooray, {k} found!", "Yay, {a.k} is back!"),
    },
    ("found", "pet"): {
        "short": ("{k} found", "{k} here"),
        "question": ("Whose {k} is this?", "Who is missing {a.k}?"),
        "place": ("{k} found {loc}", "Found {loc}: {k}"),
        "formal": ("Notice of find: {k}", "Notice of find: {k}, found {loc}"),
        "cheerful": ("Hooray, {a.k} as a guest!", "How lovely, {a.k} came to us!"),
    },
    ("sale", "thing"): {
        "short": ("Selling {k}", "{k} available", "Buy: {k}"),
        "question": ("Who will buy my {k}?", "Who needs {a.k} for {price}?"),
        "place": ("Selling {k} {loc}", "{k} for sale {loc}"),
        "formal": ("Offer of sale: {k}", "Offer of sale: {k}, {price}"),
        "cheerful": ("Yay, {k} for only {price}!", "Super, {a.k} needs a home!"),
    },
    ("gift", "thing"): {
        "short": ("Free {k}", "{k} free"),
        "question": ("Who wants {a.k}?", "Who will collect {a.k}?"),
        "place": ("Free {k} {loc}", "{k} to collect {loc}"),
        "formal": ("Offer of a gift: {k}", "Offer of a gift: {k}, collection {loc}"),
        "cheerful": ("Hooray, {k} for free!", "Super, {a.k} for nothing!"),
    },
    ("wanted", "thing"): {
        "short": ("{k} wanted", "Seeking {k}"),
        "question": ("Who has {a.k} to spare?", "Who is selling {a.k}?"),
        "place": ("{k} wanted {loc}", "Seeking {k} {loc}"),
        "formal": ("Request to purchase: {k}", "Request to purchase: {k} up to {price}"),
        "cheerful": ("Yay, soon I will have {a.k}!", "Let's go and find me {a.k}!"),
    },
    ("borrow", "thing"): {
        "short": ("Borrowing {k}", "{k} loan"),
        "question": ("Who can lend me {a.k}?", "Who lends me {a.k} {day}?"),
        "place": ("Borrowing {k} {loc}", "{k} to borrow {loc}"),
        "formal": ("Request for a loan: {k}", "Request for a loan: {k} {day}"),
        "cheerful": ("Let's go, lend me {a.k}!", "Super if you lend me {a.k} {day}!"),
    },
    ("event", "event"): {
        "short": ("Our {k}", "Coming: {k}"),
        "question": ("Who is coming: {k} {day}?", "Will you come to the {k} {loc}?"),
        "place": ("{k} {loc}", "Meet {loc}: {k} {day}"),
        "formal": ("Announcement: {k} {day}", "Announcement: {k} {day} {time}"),
        "cheerful": ("Yay, {k} {day}!", "Hooray for the {k}!"),
    },
    ("warning", "hazard"): {
        "short": ("Beware: {k}", "{k} reported"),
        "question": ("Who knows more: {k} {loc}?", "Who noticed the {k}?"),
        "place": ("{k} {loc}", "Beware {loc}: {k}"),
        "formal": ("Safety notice: {k}", "Safety notice: {k} {loc}"),
        "cheerful": ("Cheer up, only {a.k}!", "Cheer up all the same: {k} {loc}!"),
    },
    ("service", "profession"): {
        "short": ("{k} wanted", "Seeking {k}"),
        "question": ("Who knows {a.k}?", "Who can recommend {a.k}?"),
        "place": ("{k} wanted {loc}", "Seeking {k} {loc}"),
        "formal": ("Request for services: {k}", "Request for services: {k} {loc}"),
        "cheerful": ("Let's go and find {a.k}!", "Yay, {a.k} is coming soon!"),
    },
    ("recommendation", "profession"): {
        "short": ("Recommended: {k}", "Tip: {k}"),
        "question": ("Do you know the {k} {brand}?", "Do you need {a.k}?"),
        "place": ("{k} {loc} recommended", "Good tip {loc}: {k}"),
        "formal": ("Reference: {k}", "Reference: {k} {brand}"),
        "cheerful": ("Hooray for the {k} {brand}!", "Great work, {k} {brand}!"),
    },
    ("offer", "service"): {
        "short": ("Offering {k}", "{k} available"),
        "question": ("Who needs {k}?", "Anyone for {k} at {rate}?"),
        "place": ("Offering {k} {loc}", "{k} {loc}"),
        "formal": ("Offer of services: {k}", "Offer of services: {k}, {rate} an hour"),
        "cheerful": ("Yay, {k} from now on!", "Super, {k} for only {rate}!"),
    },
}
