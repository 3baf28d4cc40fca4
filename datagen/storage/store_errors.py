"""What an error of an object store means: something to wait for, or something to tell at once.

OSError of pyarrow, its whole message --sentence--> one line for people, without secrets
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from datagen import assets

SHOWN = 200
"""Characters of a store's own message that are shown; what it means is decided on all of it."""
_OF_A_STORE = re.compile(
    r"AWS Error|google::cloud|GCS|Azure|curl|HTTP|no answer|its Python client:", re.IGNORECASE
)
"""What an error of the store itself says, unlike one of the file that was read from it."""
_NO_BUCKET = re.compile(
    r"NO_SUCH_BUCKET|NoSuchBucket|bucket.{0,80}not (found|exist)|ContainerNotFound"
    r"|ContainerBeingDeleted|FilesystemNotFound|container does not exist",
    re.IGNORECASE,
)
_NO_ENTRY = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE|CREDENTIAL|EXPIRED|UNRECOGNIZED_CLIENT"
    r"|INVALID_CLIENT_TOKEN|MISSING_AUTHENTICATION|denied|forbidden|unauthori[sz]ed|unauthenticated"
    r"|HTTP status 40[13]|http_status_code=40[13]|\] 40[13]\b|AuthorizationFailure"
    r"|AuthenticationFailed|AuthorizationPermissionMismatch|NoAuthenticationInformation"
    r"|AuthenticationException|OAuth2 access token|no token found|token is required",
    re.IGNORECASE,
)
_RUN_OUT = re.compile(
    r"Expired ?Token|TokenExpired|token (?:has|is|was)(?: been)? expired"
    r"|not valid in the specified time frame|token cannot be (?:auto-?)?refreshed|RefreshError"
    r"|invalid_grant|reauthentication is needed",
    re.IGNORECASE,
)
"""What is said of keys that were given for some hours (S3's tokens, Azure's SAS)."""
_PAGES = re.compile(r"continuation.?token", re.IGNORECASE)
"""What a store says that cannot go on with a list of its own (MinIO's gateway)."""
_NO_BODY = re.compile(r"HTTP status 400\) during HeadObject.{0,40}No response body", re.DOTALL)
"""What S3's client says where a question without a body was refused: not why."""
_CLOCK = re.compile(
    r"TOO_?SKEWED|REQUEST_EXPIRED|request has expired|request time and the current time"
    r"|date header too old|not within the allowed|reasonable timeframe|check the system clock",
    re.IGNORECASE,
)
"""What S3, Azure and Google say to a machine whose clock is wrong; waiting does not mend it."""
_REGION = re.compile(
    r"the region '[\w-]*' is wrong|configured region is|PermanentRedirect|TemporaryRedirect"
    r"|IllegalLocationConstraint|HTTP status 30[17]",
    re.IGNORECASE,
)
"""What S3 says where a bucket is in another region than the one that was asked."""
_RIGHT_REGION = re.compile(r"(?:expecting|located in) '([\w-]{1,40})'", re.IGNORECASE)
_ADDRESSING = re.compile(r"SecondLevelDomainForbidden|virtual[- ]hosted", re.IGNORECASE)
"""What a store says that takes a bucket's name only as part of the server's (Aliyun)."""
VIRTUAL = "force_virtual_addressing=true"
"""Has S3's client put the bucket's name there."""
_FULL = re.compile(r"QuotaExceeded|StorageFull|InsufficientStorage|HTTP status 507|[Ss]torage cap")
"""What is said where there is no room: Ceph, MinIO, Backblaze. Rates of requests are others'."""
_NOT_OFFERED = re.compile(
    r"NotImplemented|NOT_IMPLEMENTED|HTTP status (501|505)|http_status_code=(501|505)"
    r"|\] (501|505)\b"
)
"""What a store says that does not offer what was asked of it: waiting does not teach it."""
_KEPT = re.compile(
    r"immutable due|BlobImmutable|retention policy|retentionPolicy|object lock|WORM protected",
    re.IGNORECASE,
)
"""What is said where nothing may be overwritten or removed: Azure, Google, S3."""
_NO_HOST = re.compile(r"resolve host|curlCode: 6\b|CURL error \[6\]|name or service", re.IGNORECASE)
_CHECKSUMS = re.compile(
    r"XAmzContentSHA256Mismatch|trailing checksum|x-amz-(?:content-sha256|trailer|\w*-?checksum)"
    r"|STREAMING-[\w-]*PAYLOAD|aws-chunked|implies functionality|HTTP status 411",
    re.IGNORECASE,
)
"""What S3 servers (Ceph) say to checksums at the end of a request, which they do not know."""
CHECKSUMS_OFF = "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"
"""Has S3's client send checksums as such servers know them."""
_ONCE = re.compile(
    rf"{_CHECKSUMS.pattern}|{_NOT_OFFERED.pattern}|InvalidDigest|request has expired", re.IGNORECASE
)
"""What is no rule of a store that has taken a file before: bytes went wrong on the way, one of its
servers is not well, a request waited for too long."""
_NOT_SECURE = re.compile(
    r"curlCode: (35|51|58|60|77)\b|CURL error \[(35|51|58|60|77)\]|SSL (peer certificate|connect)"
    r"|certificate (verify|is not|has expired)",
    re.IGNORECASE,
)
"""What is said where a server's certificate is not trusted, or it speaks http."""
_OUTAGE = re.compile(
    r"NO_?SUCH_?UPLOAD|OperationAborted|ConditionalRequestConflict|InvalidPart\b|BadDigest"
    r"|ContentChecksumMismatch|IncompleteBody"
    r"|NETWORK_CONNECTION|SLOW_DOWN|SERVICE_UNAVAILABLE|THROTTL|REQUEST_TIME|INTERNAL_FAILURE"
    r"|INTERNAL_ERROR|INTERNAL:|UNAVAILABLE|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|ABORTED:"
    r"|curlCode|CURL error|HTTP status (408|429|5\d\d)|http_status_code=(408|429|5\d\d)"
    r"|\] (408|429|5\d\d)\b|ServerBusy|InternalError|OperationTimedOut|get a new connection"
    r"|InvalidRange|HTTP status 416"  # the object was written anew while it was read
    r"|Error while (polling|reading|sending)|connection (was |is )?(closed|reset|refused|aborted)"
    r"|timed? ?out|no answer|response code|retry-policy-exhausted|resolve host"
    r"|(?:client|server) error '?(?:408|429|5\d\d)|\b(?:408|429|5\d\d) (?:client|server) error"
    r"|(?:server|peer) (?:disconnected|closed)|Python client: (?:Connect|Read|Write|RemoteProtocol"
    r"|Proxy|Connection|ChunkedEncoding|IncompleteRead|ClientPayload|ServerDisconnected)\w*",
    re.IGNORECASE,
)
_GOOGLE_FILE = ".config/gcloud/application_default_credentials.json"
"""Where `gcloud auth application-default login` puts keys."""
_REQUEST = re.compile(r"\s*\(?(AWS )?Request ?ID: ?[\w-]+\)?(\s*Time:\s*\S+)?", re.IGNORECASE)
_SIGNED = re.compile(r"\b(sig|signature|x-amz-signature|x-amz-credential)=[^&\s'\"]+", re.I)
_KEYS = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "gcs": "GOOGLE_APPLICATION_CREDENTIALS",
    "abfs": "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN",
    "abfss": "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN",
    "hf": "HF_TOKEN",
}
"""Environment variables that a store's client reads, by scheme."""


def keys(where: str) -> str:
    """Return which environment variables give entry to the store at an address."""
    return _KEYS.get(where.partition("://")[0], "the variables of its client")


def of_the_store(error: BaseException) -> bool:
    """Return whether an error is the store's, not one of what was read from it."""
    return bool(_OF_A_STORE.search(str(error)))


def passing(error: BaseException, *, reached: bool = True) -> bool:
    """Return whether an error may be gone in a minute: an outage, and nothing else.

    A name that no server has, or no secure connection, is an outage only of a store that was
    ``reached`` before.
    """
    said = str(error)
    if not of_the_store(error) or isinstance(error, FileNotFoundError):
        return False
    told_at_once = (
        _NO_BUCKET, _REGION, _RUN_OUT, _NO_ENTRY, _CLOCK, _CHECKSUMS, _FULL, _KEPT, _NOT_OFFERED,
    )  # fmt: skip
    if any(told.search(said) for told in told_at_once):
        return False
    if (_NO_HOST.search(said) or _NOT_SECURE.search(said)) and not reached:
        return False
    return bool(_OUTAGE.search(said))


def once(error: BaseException) -> bool:
    """Return whether a file may be taken if it is sent once more, by a store that took others."""
    return of_the_store(error) and bool(_ONCE.search(str(error)))


def says_why(error: BaseException) -> bool:
    """Return False if a store has refused something without a word."""
    return not _NO_BODY.search(str(error))


def sentence(where: str, error: BaseException, patience: float = 0.0) -> str:
    """Say what is wrong with a store, and how to mend it."""
    said, shown = str(error), line(error)
    if _NO_BUCKET.search(said):
        return f"{where}: {no_bucket(where)}"
    if _REGION.search(said):
        found = _RIGHT_REGION.search(said)
        is_in = f"in the region {found[1]}" if found else f"in another region ({shown})"
        return (
            f"{where}: the bucket is {is_in}; write that at the end of the address,"
            f" ?region={found[1] if found else 'REGION'}"
        )
    if wrong := _of_its_time(where, said, shown):
        return wrong
    if wrong := _of_its_rules(where, said, shown):
        return wrong
    if _NO_ENTRY.search(said):
        return (
            f"{where}: the store refuses entry ({shown}); put its keys into the environment"
            f" ({keys(where)}), or give this machine a role, that may list, read, write and delete"
            " there"
        )
    if wrong := _of_the_server(where, said, shown):
        return wrong
    if passing(error):
        return silent(where, error, patience)
    return f"{where}: the store refuses what was asked ({shown})"


def silent(where: str, error: BaseException, patience: float) -> str:
    """Say that a store has done nothing for as long as we are patient."""
    return (
        f"{where}: the store has not answered for {patience:g} s ({line(error)});{_no_keys(where)}"
        " mend that and run the same command again, it goes on from here"
    )


def _of_its_time(where: str, said: str, shown: str) -> str:
    """Say what is wrong by now: keys that were for some hours, or this machine's clock."""
    if _RUN_OUT.search(said):
        with_token = ", AWS_SESSION_TOKEN with them" if where.startswith("s3://") else ""
        return (
            f"{where}: the keys have run out ({shown}); put new ones into the environment"
            f" ({keys(where)}{with_token}), or have this machine's role give them, and run the same"
            " command again, it goes on from here"
        )
    if _CLOCK.search(said):
        return (
            f"{where}: this machine's clock is not the store's ({shown}); set it, and run the same"
            " command again"
        )
    return ""


def _of_its_rules(where: str, said: str, shown: str) -> str:
    """Say which rule of a store is broken, though the keys are right."""
    if _ADDRESSING.search(said):
        return (
            f"{where}: the store takes a bucket's name only as part of the server's ({shown}); add"
            f" {VIRTUAL} to what stands behind the ? of the address"
        )
    if _FULL.search(said):
        return (
            f"{where}: the store has no room left for you ({shown}); delete something there or have"
            " a larger quota, and run the same command again, it goes on from here"
        )
    if _KEPT.search(said):
        return (
            f"{where}: the store lets nothing be overwritten or removed there ({shown}), and a run"
            " does both; choose another --out"
        )
    return ""


def _of_the_server(where: str, said: str, shown: str) -> str:
    """Say what is wrong with the server that an address names, or with how it is spoken to."""
    if _CHECKSUMS.search(said):
        return (
            f"{where}: the store does not know checksums at the end of a request ({shown}); set"
            f" {CHECKSUMS_OFF} and run the same command again"
        )
    if _NOT_OFFERED.search(said):
        return (
            f"{where}: the store does not offer what was asked of it ({shown}), and a run needs it;"
            " have it updated, or choose another --out"
        )
    if _PAGES.search(said):
        return (
            f"{where}: the store does not go on with a list of over 1,000 files ({shown}); have it"
            " updated, or choose another --out"
        )
    if _NO_HOST.search(said):
        return f"{where}: there is no server of that name ({shown}); correct the address"
    if _NOT_SECURE.search(said):
        plain = "write &scheme=http into the address of a server without one, or "
        return (
            f"{where}: there is no secure connection ({shown});"
            f" {plain if where.startswith('s3://') else ''}let SSL_CERT_FILE name the certificate"
            " that it was signed with"
        )
    return ""


def _no_keys(where: str) -> str:
    """Say that there are no keys for Google's store, whose client then asks a machine of Google's.

    Elsewhere nobody answers it, and it waits as it does for a store that is out.
    """
    if not where.startswith(("gs://", "gcs://")) or "://anonymous@" in where:
        return ""
    if os.environ.get(_KEYS["gs"]) or (assets.home() or Path("/")).joinpath(_GOOGLE_FILE).is_file():
        return ""
    return f" {_KEYS['gs']} is not set, and only machines of Google have a role instead:"


def endless(where: str, folder: str, seconds: float) -> str:
    """Say that a store answers, and never comes to the end of a list."""
    place = f"its folder {folder!r}" if folder else "it"
    return (
        f"{where}: the store answers, but its list of {place} has not ended after {seconds:g} s; an"
        " S3 server that does not know the second version of lists sends the first page again and"
        " again: have it updated, or choose another --out"
    )


def no_bucket(where: str) -> str:
    """Say that the bucket (on Azure: the container) of an address is not there."""
    what = "container" if where.startswith("abfs") else "bucket"
    return f"there is no such {what}; make it, or choose another"


def line(error: object) -> str:
    """Return an error in one short line, without what only the store's owner can use."""
    text = " ".join(_REQUEST.sub("", str(error)).split())
    text = _SIGNED.sub(r"\1=...", text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
