"""A branch of a git repository, as services take pages from: always one commit without parents,
so that the repository does not grow with every minute that passed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field

from monitor.places import addresses, order, repository
from monitor.places.extras import needs
from monitor.places.place import Load, Patience, PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.ssh import File
from probes import Secret

if TYPE_CHECKING:
    from dulwich.objects import Commit, ShaFile

EVERY: Final = timedelta(minutes=15)
FILE: Final = 0o100644
_BRANCH: Final = r"^[A-Za-z0-9_][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$"
_HOST: Final = (
    r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"
)


def _address(to: str) -> str:
    local = to.startswith("git+file:")
    addresses.web("git+ssh", "git+https", "git+http", "git+file", host=not local)(to)
    if to.startswith("git+http") and addresses.split(to).username:
        raise ValueError("names a user; leave it out and write username")
    if to.startswith("git+ssh:") and shutil.which("ssh") is None:
        raise ValueError("needs the program ssh, which is not installed here; install it")
    return to


class GitSettings(PlaceSettings):
    """The branch belongs to trueup: whatever else is pushed to it is lost."""

    to: Annotated[
        str,
        AfterValidator(_address),
        AfterValidator(needs("git", "dulwich")),
        Field(examples=["git+ssh://git@git.example.org/status.git"]),
    ]
    """`git+ssh://user@host/repository`, `git+https://host/repository` or
    `git+file:///srv/status.git`."""
    branch: Annotated[str, Field(pattern=_BRANCH, max_length=100)] = "pages"
    """Where the page goes."""
    author: Annotated[str, Field(pattern=r"^[^<>\x00-\x1f]+ <[^<>\x00-\x20]+>$")] = (
        "trueup <trueup@localhost>"
    )
    """Who the commit is by."""
    username: Annotated[str, Field(min_length=1, max_length=200)] = "git"
    """For git+https, with the password."""
    password: Secret | None = None
    """For git+https: a token that may write to the repository."""
    key: File | None = None
    """For git+ssh: a file with a private key, relative to the configuration."""
    known_hosts: File | None = None
    """For git+ssh: a file of known hosts instead of this user's own."""
    cname: Annotated[str, Field(pattern=_HOST, max_length=253)] | None = None
    """The host name that the page is served under, for a CNAME file."""
    nojekyll: bool = True
    """Whether a .nojekyll file says that the files are to be served as they are."""
    timeout: Patience = timedelta(seconds=30)
    """For each answer of the server."""


def blob_id(content: bytes) -> str:
    """As git names what is in a file."""
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _put(settings: GitSettings, load: Load) -> None:
    memory, ref = load.memory, f"refs/heads/{settings.branch}".encode()
    extras = _extras(settings)
    files = {**load.files, **extras}
    wanted = {**load.digests, **order.digests(extras, blob_id)}
    plan = order.plan(wanted, memory, load.at, everything=load.everything)
    load.go_on(0, plan.writes)
    commit, objects = _commit(settings, load, files)
    head = memory.head
    pushed = False

    def update(refs: dict[bytes, bytes]) -> dict[bytes, bytes]:
        nonlocal pushed
        load.go_on(0, plan.writes)
        known = bool(head) and refs.get(ref, b"") == head.encode() and not load.everything
        if known and not plan.writes and memory.files.keys() == wanted.keys():
            return {}
        for each in _ids(memory.files) if known else ():
            objects.pop(each, None)
        pushed = True
        return {ref: commit.id}

    with repository.sentences(settings.to):
        client, path = repository.client(settings, load.halt)
        result = client.send_pack(path, update, lambda *_, **__: _pack(objects, load))  # type: ignore[arg-type]  # refs are bytes
        if refusal := (result.ref_status or {}).get(ref):
            raise PlaceTrouble(
                f"{settings.to}: {repository.refused(settings.branch, str(refusal))}"
            )
    memory.files = {path: (wanted[path], len(files[path])) for path in files}
    memory.leaving = {}
    memory.head = commit.id.decode() if pushed else head
    load.go_on(plan.writes, plan.writes)


def _extras(settings: GitSettings) -> dict[str, bytes]:
    found = {".nojekyll": b""} if settings.nojekyll else {}
    return {**found, "CNAME": f"{settings.cname}\n".encode()} if settings.cname else found


def _commit(
    settings: GitSettings, load: Load, files: Mapping[str, bytes]
) -> tuple[Commit, dict[bytes, ShaFile]]:
    """With all that it is made of, by id."""
    from dulwich.index import commit_tree  # noqa: PLC0415 - an extra
    from dulwich.object_store import MemoryObjectStore  # noqa: PLC0415 - as above
    from dulwich.objects import Blob, Commit  # noqa: PLC0415 - as above

    store = MemoryObjectStore()
    blobs = {path: Blob.from_string(content) for path, content in files.items()}
    store.add_objects([(blob, None) for blob in blobs.values()])
    commit = Commit()
    commit.tree = commit_tree(store, [(p.encode(), b.id, FILE) for p, b in blobs.items()])
    commit.author = commit.committer = settings.author.encode()
    commit.author_time = commit.commit_time = int(load.at.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = f"The page as of {load.at:%Y-%m-%d %H:%M} UTC\n".encode()
    store.add_object(commit)
    return commit, {each: store[each] for each in store}


def _ids(known: Mapping[str, tuple[str, int]]) -> set[bytes]:
    """Of all that the commit of before was made of."""
    from dulwich.index import commit_tree  # noqa: PLC0415 - an extra
    from dulwich.object_store import MemoryObjectStore  # noqa: PLC0415 - as above
    from dulwich.objects import ObjectID  # noqa: PLC0415 - as above

    store = MemoryObjectStore()
    blobs = {path: ObjectID(digest.encode()) for path, (digest, _) in known.items()}
    commit_tree(store, [(path.encode(), blob, FILE) for path, blob in blobs.items()])
    return {*store, *blobs.values()}


def _pack(objects: Mapping[bytes, ShaFile], load: Load) -> tuple[int, Iterator[Any]]:
    from dulwich.pack import pack_objects_to_data  # noqa: PLC0415 - an extra

    count, found = pack_objects_to_data([(each, None) for each in objects.values()])

    def going_on() -> Iterator[Any]:
        for done, each in enumerate(found):
            load.go_on(done, count)
            yield each

    return count, going_on()


PLACE = PlaceKind(
    "git",
    ("git+ssh", "git+https", "git+http", "git+file"),
    GitSettings,
    _put,
    digest=blob_id,
    every=EVERY,
)
