"""How the API says no: RFC 9457 problem documents, the same for every fault."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.errors import ValidationError as ParameterError

from app.records.errors import Forbidden, Invalid, RecordError, Refused, Stale
from tenants.files.errors import StorageDown

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class Problem(Exception):
    """A fault in the words of HTTP; `errors` holds sentences by field."""

    def __init__(
        self,
        status: int,
        detail: Any,
        *,
        errors: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.members = members or {}


def respond(problem: Problem) -> HttpResponse:
    """The problem as a document."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": str(problem.detail),
        **problem.members,
    }
    if problem.errors is not None:
        document["errors"] = problem.errors
    return HttpResponse(
        orjson.dumps(document, default=str),
        status=problem.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def answer(request: HttpRequest, error: Any) -> HttpResponse:
    """What an exception means to the client; unexpected ones are logged and stay our secret."""
    problem = problem_of(error)
    return respond(problem) if problem else unexpected(request, error)


def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """Note the fault, once, and say nothing of our inside."""
    logger.error("The API failed at %s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    response = respond(Problem(500, _("Something went wrong here. We have taken note of it.")))
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def problem_of(error: Exception) -> Problem | None:
    """The problem that an expected exception stands for."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RecordError):
        return problem_of_engine(error)
    if isinstance(error, StorageDown):
        words = _("The storage of files does not answer at the moment. Please try again soon.")
        return Problem(503, words, headers={"Retry-After": "10"})
    return problem_of_framework(error)


def problem_of_engine(error: RecordError) -> Problem:
    """The problem behind a refusal of the engine."""
    if isinstance(error, Forbidden):
        return Problem(403, _("Your role does not allow this."))
    if isinstance(error, Stale):
        return stale(error)
    if isinstance(error, Invalid):
        return invalid(error.errors)
    if isinstance(error, Refused):
        return Problem(409, error.message)
    return not_found()


def problem_of_framework(error: Exception) -> Problem | None:
    """The problem behind an exception of Django or ninja."""
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, ParameterError):
        return invalid({str(one["loc"][-1]): [str(one["msg"])] for one in error.errors})
    if isinstance(error, HttpError):
        return Problem(error.status_code, error.message)
    if isinstance(error, RequestDataTooBig):
        return Problem(413, _("The request is too large."))
    if isinstance(error, (SuspiciousOperation, MultiPartParserError, UnreadablePostError)):
        return Problem(400, _("The request cannot be read."))
    return None


def not_found() -> Problem:
    """What is not there, or not there for this person: nobody can tell which."""
    return Problem(404, _("There is nothing at this address."))


def invalid(errors: dict[str, list[str]]) -> Problem:
    """Wrong input, by field."""
    return Problem(422, _("Some values cannot be accepted."), errors=errors)


def stale(error: Stale) -> Problem:
    """Somebody was quicker; the document says which version there is now."""
    version = error.current.version
    return Problem(
        412,
        _("The record was changed in the meantime: read it again."),
        headers={"ETag": f'"{version}"'},
        members={"current_version": version},
    )
