"""Wishes in English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYSTEM = "You write posts for the online board of a neighbourhood, as its people write them."

TEMPLATE = """\
Write one post for a neighbourhood board.
{% if topic %}It is about: {{ topic }}
It is {{ form }}.
{% else %}It is about: {{ kind }}
{% endif %}Written by: {{ person }}
Place: {{ place }}
Tone: {{ tone }}
Length: {{ length }}
Somewhere in it: {{ detail }}
Answer with the text of the post in English and nothing else: no heading, no quotation marks, no comment."""

LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kind": (
            "a pet that ran away",
            "something found on the way",
            "something lost",
            "furniture for sale",
            "clothes or toys to give away",
            "a tool that somebody wants to borrow",
            "a craftsperson who is worth recommending, or not",
            "a question about a doctor or a school",
            "a street party or a flea market",
            "a class, a choir or a sports group that takes new people",
            "noise at the wrong time",
            "rubbish that nobody takes away",
            "a burglary, or somebody who behaved strangely",
            "roadworks or a closed street",
            "a power cut or trouble with the water",
            "a parcel that went to the wrong door",
            "help with shopping, moving or paperwork",
            "a babysitter or a dog sitter",
            "a room or a flat",
            "a shared ride or a parking space",
            "a new shop or a café that closes",
            "bicycles, scooters and those who ride them",
            "a garden, a tree or a hedge",
            "thanks to somebody unknown",
            "an animal that was seen",
            "a petition or a meeting with the council",
            "a language exchange or tutoring",
            "leftover food to share",
        ),
        "form": (
            "a question",
            "an offer",
            "a complaint",
            "a warning",
            "an invitation",
            "a request for help",
            "a report of what happened",
            "a word of thanks",
            "a recommendation",
            "a suggestion",
            "an announcement",
        ),
        "person": (
            "a retired teacher",
            "a student who has just moved here",
            "a father of three",
            "a nurse on night shift",
            "a teenager",
            "a single mother",
            "the owner of the corner shop",
            "an elderly widower",
            "somebody who is still learning English",
            "a caretaker",
            "an amateur gardener",
            "a young couple",
            "a bus driver",
            "somebody who works from home",
            "the trainer of a football club",
            "a grandmother who looks after the children",
            "a musician",
            "a cook",
            "somebody in a wheelchair",
            "a dog owner",
            "a carpenter",
            "a volunteer of the library",
            "a commuter",
        ),
        "place": (
            "the bus stop",
            "the stairwell",
            "the park by the river",
            "a side street",
            "the playground",
            "the car park of the supermarket",
            "the back yard",
            "the allotments",
            "the church square",
            "the primary school",
            "the laundry room",
            "the railway underpass",
            "the market place",
            "the edge of the woods",
            "the fourth floor",
            "the bakery",
            "the cycle path",
            "the community centre",
            "the underground car park",
            "the swimming pool",
            "the bridge",
        ),
        "tone": (
            "friendly",
            "annoyed but polite",
            "in a hurry",
            "matter-of-fact",
            "funny",
            "worried",
            "formal",
            "chatty",
            "shy",
            "enthusiastic",
            "dry",
            "grateful",
            "a little confused",
        ),
        "length": (
            "one or two sentences",
            "three sentences",
            "four or five sentences",
            "about 60 words",
            "about 100 words",
            "two short paragraphs",
            "as short as a note on a door",
        ),
        "detail": (
            "a time of day",
            "a first name",
            "a colour",
            "a price",
            "a weekday",
            "how to get in touch",
            "what the weather was like",
            "a house number",
            "how old something or somebody is",
            "a brand or a make",
            "a number of people",
            "a smell or a sound",
            "a small mistake that was made",
            "a question at the end",
            "a reason why it matters",
            "a date",
            "a thing that happened last year",
        ),
    }
)
