"""A small invented world of people, towns and lands, with a passage on each; knows no question."""

from dataclasses import dataclass
from functools import cache
from random import Random

from reasoning_chains.problems.words import listing

FIRST = listing(
    "Arlo Brisa Caspin Delmar Elowen Fenna Garrick Halden Isolde Jorun Kelda Lorcan Mirell "
    "Nadir Orla Perrin Quilla Rowan Selma Tavish Ulla Varek Wynn Yorick Zelda"
)
LAST = listing(
    "Venn Holt Marsh Quill Thorne Ashby Birch Calder Dunmore Eldon Farrow Grange Hollis "
    "Ingram Jarrow Kestrel Lund Merrow Norcott Oakes Penrose Radley Sorrel Tarrant Umber Voss "
    "Wray Yarrow Zorn Brandt"
)
TOWNS = listing(
    "Avenmoor Belcastro Corvale Dunhollow Eastmere Falkirn Glenmora Harrowgate Istria "
    "Jasperton Kelmore Lorvik Marisport Northolm Ombria Pellham Quarrystone Ravenna Stonebury "
    "Tessa Ulverton Valcourt Westerly Yarmouth Zephyria Brackwater Cindral Dorning Emberly "
    "Fairhaven"
)
LANDS = listing("Aldora Bremia Cestria Drovania Estmark Fenland Gorvia Hestria Ilmaria Jotland")
RIVERS = listing("Arrow Bram Cray Dove Ems Foss Glim Hale Isk Jura Kell Lune Mire Nidd Ouse")
CRAFTS = listing(
    "baker weaver painter sailor miller tailor hunter grocer potter singer doctor teacher "
    "judge carpenter"
)
PETS = listing("dog cat parrot horse goat rabbit hen fox owl tortoise")
INSTRUMENTS = listing("flute harp drum fiddle lute horn piano guitar whistle bell")
DISHES = listing("soup pie stew bread cheese porridge salad pancakes dumplings fish")
LANGUAGES = listing("Aldic Bremish Cestrian Drovian Estic Fennish Gorvian Hestic")
GOODS = listing("wool salt silk iron honey glass timber grain wine leather")

# relation -> (how the passage says it, how a question asks it, what kind of thing it leads to)
PERSON = {
    "birthplace": ("{s} was born in {o}.", "Where was {s} born?", "town"),
    "year": ("{s} was born in the year {o}.", "In which year was {s} born?", ""),
    "craft": ("{s} works as a {o}.", "What is the craft of {s}?", ""),
    "teacher": ("The teacher of {s} is {o}.", "Who is the teacher of {s}?", "person"),
    "friend": ("The best friend of {s} is {o}.", "Who is the best friend of {s}?", "person"),
    "pet": ("The pet of {s} is a {o}.", "What is the pet of {s}?", ""),
    "instrument": ("{s} plays the {o}.", "Which instrument does {s} play?", ""),
    "dish": ("The favourite dish of {s} is {o}.", "What is the favourite dish of {s}?", ""),
}
TOWN = {
    "land": ("{s} lies in {o}.", "In which land does {s} lie?", "land"),
    "river": ("The river of {s} is the {o}.", "Which river flows through {s}?", ""),
    "mayor": ("The mayor of {s} is {o}.", "Who is the mayor of {s}?", "person"),
    "goods": ("{s} is known for its {o}.", "What is {s} known for?", ""),
}
LAND = {
    "capital": ("The capital of {s} is {o}.", "What is the capital of {s}?", "town"),
    "language": ("The language of {s} is {o}.", "What is the language of {s}?", ""),
}
RELATIONS = {"person": PERSON, "town": TOWN, "land": LAND}
FAMOUS = 40


@dataclass(frozen=True, slots=True)
class Entity:
    """One inhabitant, town or land of the world, with what is true of it."""

    name: str
    kind: str
    facts: tuple[tuple[str, str], ...]

    @property
    def passage(self) -> str:
        """All that is known of it, as a look-up gives it."""
        relations = RELATIONS[self.kind]
        return " ".join(relations[r][0].format(s=self.name, o=o) for r, o in self.facts)

    def value(self, relation: str) -> str:
        """Look one fact up."""
        return dict(self.facts)[relation]


def _person(rng: Random, name: str, band: list[str]) -> Entity:
    others = [other for other in band if other != name]
    teacher, friend = rng.sample(others, 2)
    facts = {
        "birthplace": rng.choice(TOWNS),
        "year": str(rng.randint(1400, 1899)),
        "craft": rng.choice(CRAFTS),
        "teacher": teacher,
        "friend": friend,
        "pet": rng.choice(PETS),
        "instrument": rng.choice(INSTRUMENTS),
        "dish": rng.choice(DISHES),
    }
    return Entity(name, "person", tuple(facts.items()))


def _town(rng: Random, name: str, people: list[str]) -> Entity:
    facts = {
        "land": rng.choice(LANDS),
        "river": rng.choice(RIVERS),
        "mayor": rng.choice(people),
        "goods": rng.choice(GOODS),
    }
    return Entity(name, "town", tuple(facts.items()))


@cache
def world() -> dict[str, Entity]:
    """Give every entity by its name: 740 people (the first 40 famous), 30 towns, 10 lands."""
    rng = Random("the invented world")
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(names)
    names = names[:740]
    famous, others = names[:FAMOUS], names[FAMOUS:]
    entities = [_person(rng, name, famous) for name in famous]
    entities += [_person(rng, name, others) for name in others]
    entities += [_town(rng, name, famous) for name in TOWNS]
    capitals = rng.sample(TOWNS, len(LANDS))
    for name, capital in zip(LANDS, capitals, strict=True):
        facts = (("capital", capital), ("language", rng.choice(LANGUAGES)))
        entities.append(Entity(name, "land", facts))
    return {entity.name: entity for entity in entities}


@cache
def known() -> tuple[str, ...]:
    """Name what the model is told by heart: famous people, towns and lands."""
    return (*tuple(world())[:FAMOUS], *TOWNS, *LANDS)


def passages() -> dict[str, str]:
    """Give the passage on every entity, by its name: what a look-up tool reads."""
    return {name: entity.passage for name, entity in world().items()}
