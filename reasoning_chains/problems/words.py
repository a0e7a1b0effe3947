"""The short word lists that problems are dressed in; knows no problem and no corpus."""

from hashlib import sha256


def listing(text: str) -> tuple[str, ...]:
    """Give the words of a text."""
    return tuple(text.split())


HE = listing(
    "Tom Bob Mike Jack Noah Liam Ben Leo Max Paul Carl Ivan Omar Alan Hugo Dean Kyle Adam "
    "Eric Finn Joel Luke Neil Pete Ralph Todd Victor Zack Brian David Frank Henry Jake Larry "
    "Nick Oscar Roger Tyler Walter Bill Steve Jeff Tim Marco Pedro Hans Otto Ravi Ali Lars "
    "Sam Elon"
)
SHE = listing(
    "Ann Sara Lily Emma Olivia Mia Zoe Kate Nina Ruth Jane Rosa Maya Tina Vera Elsa Gina Nora "
    "Lucy Dana Iris Kara Mona Opal Sofia Uma Wendy Yara Amy Clara Ella Grace Ida Karen Martha "
    "Peggy Susan Ursula Elena Lena Yuki Priya Fatima Olga Ingrid Alice Eve Julia Laura Helen"
)
NAMES = HE + SHE
OBJECTS = listing(
    "apples oranges marbles stickers cards coins books pencils cookies balloons shells stamps "
    "candies toys bottles eggs flowers beads stones pens"
)
BOXES = listing("boxes bags packs baskets jars trays")
DAYS = listing("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = listing(
    "January February March April May June July August September October November December"
)
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ORDINALS = listing("first second third fourth fifth sixth seventh eighth ninth tenth")
# Everyday words for the letter problems. One in ten, by its hash, is kept from the corpus.
WORDS = listing(
    "table chair river cloud bread paper glass plant music water mouse horse tiger zebra "
    "eagle snake whale shark robot piano guitar violin drum flute garden forest mountain "
    "valley ocean island desert castle bridge tower school doctor nurse farmer pilot sailor "
    "writer singer dancer lemon mango grape peach plum cherry banana carrot potato tomato "
    "onion pepper garlic butter cheese honey sugar salt rice pasta soup salad pizza cake "
    "candy milk juice coffee spoon fork knife lamp clock phone radio camera laptop mirror "
    "window door floor roof wall brick wood metal silver gold copper iron steel cotton silk "
    "wool leather rubber plastic winter summer spring autumn morning evening night dawn dusk "
    "north south east west purple yellow orange meadow harbor anchor barrel basket blanket "
    "candle carpet chimney compass cushion diamond engine feather hammer helmet jacket kettle "
    "ladder lantern magnet marble needle oven paddle pillow pocket puzzle ribbon saddle "
    "sandal scarf shovel tunnel umbrella velvet wagon walnut whistle zipper acorn badger "
    "beaver camel donkey falcon giraffe hamster jaguar kitten lizard monkey otter panda "
    "rabbit salmon turtle walrus acrobat baker captain dentist editor florist grocer hunter "
    "inventor judge knight lawyer magician nomad optician painter queen ranger senator tailor "
    "usher viking waiter cabin dragon empire fabric gallery habit insect jungle kingdom "
    "legend market nation object palace quarry rocket shadow temple uncle village wizard "
    "bucket circle dinner effort finger galaxy heaven injury jewel kidney liquid moment "
    "number oxygen pencil quartz reason season talent unit victory weather acid bell crow "
    "dust envy frog glue hawk idea jazz kite loaf moth nest oath pond quiz rope seed tent "
    "urge vase wolf yarn zinc absent brave clever dizzy eager famous gentle humble ideal "
    "jolly keen lively modest narrow odd polite quiet rapid silent tidy unique vivid weak "
    "young zesty begin climb dance enjoy follow gather hope invite join kick learn mend "
    "notice offer plan question repeat shout travel unite visit whisper yawn"
)
# More words whose hash keeps them out, so that enough of them can be asked for.
MORE_UNSEEN = listing(
    "adapt afloat alert alpine arcade armband auditor backstage barbecue barnyard beware "
    "bicycle bingo bird blizzard boast bounty brilliant bronze bungalow cassette censor "
    "checklist cheesy clarion clash cleric client clue cologne color columbine comedian "
    "committee conduct convoy cookery cooperate crisp crunchy cubic cupcake dahlia debt "
    "decisive deserve detector dignity discreet dispatch drill drone elite embassy erosion "
    "errand expansion fairyland fashion favor fellow filthy firewall flattery flavor fluent "
    "forward fragment frosty funeral galley gamma glassy gorge granny graphic guarantee "
    "habitat hatchet haven headline heartbeat hidden hideout hill hippo hobby honeybee "
    "husband hydrogen hygiene influence inland intense issue jade jellybean kebab knockout "
    "laconic lingo literal longboat lunch magnetic magnum marigold martini maternal mechanic "
    "medley merry message mistletoe monorail multitude musket native oceanic optimum outlaw "
    "page parkway patient placement plunge polka popular posture practice priority prospect "
    "pursuit quality rain ramp relief revenue rigid rock rogue rowboat rune scalp scientist "
    "scout seaport shift skinny sledge snowy solitaire song sonic spectrum spirit spray "
    "squint stadium steamboat streetcar sublime suburban sunbeam sunlight surveyor swap "
    "tapestry tariff terrific thicket throat tolerance tongue train trinity turnstile update "
    "useful vibrant victim wage wealth world wreath"
)
KEPT_WORDS = ("artificial", "intelligence")
# Words whose hash would keep them out, but which the questions and prompts themselves are made of.
FRAME = frozenset(
    listing(
        "amount answer apply carpenter comes cray date dish divide doubles eldon every farrow find "
        "finds fourth getting grange helpful hollis january land lies loses need next parameters "
        "pause problems program python result shorter solve start them they think thought tortoise "
        "toys trays until with"
    )
).union(name.lower() for name in NAMES)


def held_out_word(word: str) -> bool:
    """Tell whether a word of a word list is kept from every training document: one in ten."""
    low = word.lower()
    if low in KEPT_WORDS:
        return True
    return low not in FRAME and sha256(f"word:{low}".encode()).digest()[0] % 10 == 0


SEEN_WORDS = tuple(word for word in WORDS if not held_out_word(word))
UNSEEN_WORDS = tuple(word for word in (*WORDS, *MORE_UNSEEN) if held_out_word(word))


def pronoun(name: str) -> str:
    """Give "he" or "she" for one of the names."""
    return "he" if name in HE else "she"


def listed(items: tuple[str, ...] | list[str]) -> str:
    """Join items as in a sentence: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
