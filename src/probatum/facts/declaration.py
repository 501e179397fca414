# SPDX-License-Identifier: Apache-2.0
"""What only people can say about a system: each topic with its question."""

TOPICS = {
    "purpose": "What is the system for, and what is it not for?",
    "values": "Which values does it serve, and which does it trade away?",
    "misuse": "How could it be misused, and by whom?",
    "harms": "What harm can it do, and who bears it?",
    "lawful-basis": "On what legal ground is the data used?",
    "data-source": "Where does the data come from, and who collected it for what?",
    "retention": "How long is the data kept, and who deletes it?",
    "recipients": "Who receives the data or the answers?",
    "bearable-error": "How much error can be borne, before anybody has seen the result?",
    "consulted": "Who was asked before it was built, and what changed because of it?",
    "may-stop": "Who may stop the system?",
}
