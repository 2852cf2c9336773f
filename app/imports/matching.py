"""Which field does this header mean?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import override

from app.imports.synonyms import ENTITY_WORDS, SYNONYMS, fold_header
from app.records.entity import Entity

LANGUAGES = ("en", "zh-hans")


def match_headers(headers: Iterable[str], *, entity: Entity) -> dict[str, str]:
    """Each header's field, by the word under which it is written; a field is given out once.

    A field's own name beats its label, and that a synonym, whatever the order of the columns.
    """
    found: dict[str, str] = {}
    headers = list(headers)
    for words in ranked_words(entity):
        for header in headers:
            key = words.get(fold_header(header))
            if key and header not in found and key not in found.values():
                found[header] = key
    return {header: found[header] for header in headers if header in found}


def ranked_words(entity: Entity) -> Iterator[dict[str, str]]:
    """Dictionaries from folded words to fields, the surest first."""
    fields = entity.writable
    yield {fold_header(word): key for key, field in fields.items() for word in (key, field.name)}
    yield entity_words(entity)
    yield labels(entity)
    known = {field.name: key for key, field in fields.items()}
    synonyms: dict[str, str] = {}
    for name, words in SYNONYMS.items():
        for word in words if name in known else ():
            synonyms.setdefault(fold_header(word), known[name])
    yield synonyms


def entity_words(entity: Entity) -> dict[str, str]:
    """The entity's own name is its name, with "id" behind it the external id."""
    singular = entity.event_name.replace("_", " ")
    words = {singular, fold_header(str(entity.label)), *ENTITY_WORDS.get(entity.slug, ())}
    found = {}
    for word in words:
        found[word] = found[f"{word} name"] = found[f"{word}名称"] = "name"
        for ending in (" id", " no", " number", "编号", "id"):
            found[f"{word}{ending}"] = "external_id"
    return {word: key for word, key in found.items() if key in entity.writable}


def labels(entity: Entity) -> dict[str, str]:
    """The fields' labels in every language that the pages speak."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            for key, field in entity.writable.items():
                found.setdefault(fold_header(str(field.label)), key)
    return found
