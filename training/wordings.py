"""How each format is spoken: the one table of wordings; knows no problem.

The first wording of a format is the main one: templates should use it word by word. The others
are paraphrases that keep the model from being brittle.
"""

from random import Random

MAIN_SHARE = 0.6

WORDINGS: dict[str, tuple[str, ...]] = {
    "bare": ("{question}", "Q: {question}\nA:", "Question: {question}\nAnswer:"),
    "direct": (
        "{question}\nGive only the final answer.",
        "{question}\nAnswer directly.",
        "{question}\nAnswer with just the final answer.",
        "{question}\nDo not explain. Give only the answer.",
    ),
    "cot": (
        "{question}\nLet's think step by step.",
        # One-stage prompts of the library ask for the closing sentence: three shares of it.
        *['{question}\nLet\'s think step by step, and end with "The answer is ...".'] * 3,
        '{question}\nLet\'s think step by step, and end with "The answer is ...".',
        "{question}\nThink step by step.",
        "{question}\nLet's work this out step by step.",
        "{question} Let's think step by step.",
        "Q: {question}\nA: Let's think step by step.",
        "{question}\nShow your reasoning.",
    ),
    "extract_number": (
        "Therefore, the answer (arabic numerals) is",
        "Therefore, the answer is",
        "So the final answer is",
    ),
    "extract_boolean": (
        "Therefore, the answer (yes or no) is",
        "Therefore, the answer is",
        "So the final answer is",
    ),
    "extract_text": ("Therefore, the answer is", "So the final answer is"),
    "decompose": (
        "{question}\nWhat subproblems must be solved first? List them in order.",
        "{question}\nBreak this problem into subproblems. List them in order.",
        "{question}\nWhich questions must be answered first? List them in order.",
    ),
    "self_ask": (
        'Answer by follow up questions: write "Follow up: ..." and "Intermediate answer: ...", and '
        'end with "So the final answer is: ...".\n\n'
        "Question: {question}\nAre follow up questions needed here:",
        "Question: {question}\nAre follow up questions needed here:",
    ),
    "react": (
        "Answer the question with Thought, Action and Observation steps.\nTools:\n{tools}\n"
        "Finish[answer]: gives the final answer.\n\nQuestion: {question}",
        "Use Thought and Action steps. You have these tools:\n{tools}\n"
        "Finish[answer]: ends with the answer.\n\nQuestion: {question}",
    ),
    "plan": (
        "{question}\nLet's first understand the problem and devise a plan to solve the problem. "
        "Then, let's carry out the plan and solve the problem step by step, and end with "
        '"The answer is ...".',
        "{question}\nLet's first understand the problem and devise a plan to solve the problem. "
        "Then, let's carry out the plan and solve the problem step by step.",
        "{question}\nMake a plan first, then carry it out step by step.",
    ),
    "table": (
        "The list rows holds the rows of a table, such as:\n{rows}\n\n{question}",
        "The list rows holds rows like these:\n{rows}\n{question}",
    ),
    "step_back": ("{question}\nWhat is the general principle behind this question?",),
    "principle": (
        "{question}\nPrinciple: {principle}\nUse the principle to answer the question step by "
        'step, and end with "The answer is ...".',
        "{question}\nPrinciple: {principle}\n"
        "Use the principle to answer the question step by step.",
    ),
    "analogical": (
        "{question}\nRecall a similar problem, solve it, then solve this one, and end with "
        '"The answer is ...".',
        "{question}\nRecall a similar problem, solve it, then solve this one.",
    ),
    "program": (
        "{question}\nWrite a Python program that stores the result in answer.",
        "{question}\nWrite Python code that puts the result into the variable answer.",
    ),
    "review": (
        "Review the answer above. If a step is wrong, say which one and why; if none is, write "
        '"Every step is right."',
        "Review the answer above. If a step is wrong, say which one and why.",
    ),
    "revise": ("Give the corrected answer.",),
    "choose": (
        "{question}\n\nCandidates:\n{candidates}\n\n"
        "Which candidate is right? Work it out, then give its number.",
    ),
    "options": (
        "{question}\n{candidates}\nLet's think step by step.",
        "{question}\n{candidates}\nGive only the letter.",
    ),
    "verify": (
        "{question}\n\n{steps}\n\nIs the last step right? Recompute it, then judge.",
        "{question}\n\n{steps}\n\n"
        "Check the last step: recompute it and say if it is right or wrong.",
    ),
    "recall": ("Tell me about {entity}.", "What do you know about {entity}?"),
    "read": ("{passage}\n\n{question}", "{passage}\n{question}\nGive only the final answer."),
    "system": (
        "You are a helpful assistant.",
        "You solve problems step by step.",
        "You are a careful assistant.",
        "Answer the question.",
    ),
}

TOOLS = {
    "calculator": "calculator[expression]: works out an expression.",
    "lookup": "lookup[entity]: gives the passage about an entity.",
}
NATIVE = {
    "calculator": '{"name": "calculator", "description": "Works out an expression.", "parameters": '
    '{"type": "object", "properties": {"expression": {"type": "string"}}, '
    '"required": ["expression"]}}',
    "lookup": '{"name": "lookup", "description": "Gives the passage about an entity.", '
    '"parameters": {"type": "object", "properties": {"entity": {"type": "string"}}, '
    '"required": ["entity"]}}',
}
# A tool that takes the whole question: an agent, a chain.
WORKERS = ("solve", "reason", "ask", "expert", "worker", "helper", "zero_shot_cot", "calculate",
           "self_consistency", "researcher", "analyst", "answer", "think", "chain")  # fmt: skip
WORKS = ("answers a question.", "Answers a question step by step.", "Reasons about a question.",
         "Solves a word problem.", "Works out a problem.", "knows how to solve problems.",
         "Gives the answer to a question.")  # fmt: skip
NATIVE_WORKER = (
    '{"name": "NAME", "description": "WORKS", "parameters": '
    '{"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"]}}'
)
# The chat template writes exactly this where tools are given.
NATIVE_HEAD = "You can call these tools:\n"
NATIVE_CALL = '<tool_call>\n{{"name": "{name}", "arguments": {{"{key}": "{value}"}}}}\n</tool_call>'

PRINCIPLES = {
    "letters": "Take the last letter of each word in turn and put the letters together.",
    "coin": "An odd number of flips turns the coin over, an even number leaves it.",
    "running": "Start with the first number and apply each change in order.",
    "running_large": "Start with the first number and apply each change in order.",
    "running_distractor": "Start with the first number, apply each change in order and leave out "
    "what does not matter.",
    "comparison": "Start with the amount that is known and work out one amount after the other.",
    "money": "Multiply each count by its price, add the costs and subtract them from what is paid.",
    "arithmetic": "Work out the brackets first and go from left to right.",
    "arithmetic_large": "Work out the brackets first and go from left to right.",
    "slope": "The slope is the change in y divided by the change in x.",
    "linear": "Do the same to both sides until the unknown stands alone.",
    "scan": "Translate each part of the command in its order and join the actions.",
    "dates": "Count the days that are left in each month and go on from there.",
    "ordering": "Put all of them in one row and read off the place.",
    "two_hop": "Find the first fact, then ask the second question about what it names.",
    "factual": "Remember what is known about it.",
}

ENDINGS = (
    "The answer is {a}.",
    "The answer is {a}.",
    "So the answer is {a}.",
    "Therefore, the answer is {a}.",
    "#### {a}",
    "Answer: {a}",
    "\\boxed{{a}}",
    "Result = {a}",
    "=> {a}",
    "Final answer: {a}",
)
LABELS = (("Q:", "A:"),) * 6 + (("Question:", "Answer:"), ("Problem:", "Solution:"))


def say(rng: Random, name: str, **fields: str) -> str:
    """Word a prompt: the main wording six times in ten."""
    wordings = WORDINGS[name]
    chosen = wordings[0]
    if len(wordings) > 1 and rng.random() > MAIN_SHARE:
        chosen = rng.choice(wordings[1:])
    for key, value in fields.items():
        chosen = chosen.replace("{" + key + "}", value, 1)
    return chosen
