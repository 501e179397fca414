# SPDX-License-Identifier: Apache-2.0
"""What can be lost, by which way, in which kind of task, and what others call it."""

from dataclasses import dataclass
from enum import StrEnum


class Property(StrEnum):
    """What is lost when a risk comes true."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Vector(StrEnum):
    """The way by which it is lost; the part of a check's id before the slash."""

    INPUT_MANIPULATION = "input-manipulation"
    DATA_MANIPULATION = "data-manipulation"
    MODEL_MANIPULATION = "model-manipulation"
    INPUT_EXTRACTION = "input-extraction"
    DATA_EXTRACTION = "data-extraction"
    MODEL_EXTRACTION = "model-extraction"
    ENVIRONMENT = "environment"
    USAGE = "usage"


class Task(StrEnum):
    """What the model is asked for."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


CLASSIFICATION = (Task.BINARY, Task.MULTICLASS)
ALL_TASKS = (Task.BINARY, Task.MULTICLASS, Task.REGRESSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One id in somebody else's list of risks, with the edition it comes from: editions renumber."""

    framework: str  # "NIST AI 100-2", "MITRE ATLAS", "OWASP ML Top 10", "OWASP AI Exchange"
    edition: str
    id: str


def nist(id: str) -> Reference:
    """Name an entry of NIST AI 100-2, Adversarial Machine Learning."""
    return Reference(framework="NIST AI 100-2", edition="E2025", id=id)


def atlas(id: str) -> Reference:
    """Name a technique of MITRE ATLAS."""
    return Reference(framework="MITRE ATLAS", edition="v5.6.1", id=id)


def owasp(id: str) -> Reference:
    """Name an entry of the OWASP Machine Learning Security Top 10."""
    return Reference(framework="OWASP ML Top 10", edition="2023", id=id)


def exchange(id: str) -> Reference:
    """Name a section of the OWASP AI Exchange."""
    return Reference(framework="OWASP AI Exchange", edition="2026", id=id)
