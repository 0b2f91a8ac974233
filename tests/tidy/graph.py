"""The shape of the tree as tables: who may include and link whom. DESIGN.md's dependency rule, word for word.

A layer is a folder. It may include what its row names and whatever lies below that; nothing else. ARCHITECTURE.md shows
the same table to people; rule_architecture_page holds it to that.
"""

# layer: (folder, layers it may include and link)
LAYERS = {
    "api": ("client-core/include/haki", []),
    "base": ("client-core/src/base", []),
    "crypto": ("client-core/src/crypto", ["base"]),
    "model": ("client-core/src/model", ["base"]),
    "changes": ("client-core/src/changes", ["model"]),
    "envelope": ("client-core/src/envelope", ["crypto"]),
    "payload": ("client-core/src/payload", ["changes", "envelope"]),
    "store": ("client-core/src/store", ["changes", "payload", "crypto"]),
    "keys": ("client-core/src/keys", ["envelope", "payload"]),
    "sync": ("client-core/src/sync", ["changes", "payload", "keys"]),
    "transport": ("client-core/src/transport", ["sync", "envelope", "beast"]),
    "evidence": ("client-core/src/evidence", ["store", "keys"]),
    "analysis": ("client-core/src/analysis", ["store"]),
    "client": ("client-core/src/client", ["analysis", "evidence", "transport", "sync", "keys", "store"]),
    "capi": ("client-core/src/capi", ["client"]),
    "jni": ("client-core/src/jni", ["capi"]),
    # Asio and Beast compiled once, for the two layers that open sockets. It has no header.
    "beast": ("client-core/src/beast", []),
    # The server: base, crypto and envelope of the client core, nothing that could read content.
    "auth": ("sync-server/src/auth", ["envelope"]),
    "storage": ("sync-server/src/storage", ["envelope"]),
    "blobs": ("sync-server/src/blobs", ["envelope"]),
    "relay": ("sync-server/src/relay", ["auth", "storage"]),
    "http": ("sync-server/src/http", ["base", "beast"]),
    "ops": ("sync-server/src/ops", ["relay", "http", "storage", "auth", "blobs"]),
    "server": ("sync-server/src", ["ops"]),
    # Programs see the public API; only linking gives them the client behind it (LINK_ONLY).
    "formats": ("tools/formats", []),
    "media": ("tools/media", ["formats"]),
    "owner": ("tools/owner", []),
    "cli": ("tools/cli", ["formats", "media", "owner"]),
    "desk": ("tools/desk", ["formats", "media", "owner"]),
    "inspect": ("tools/inspect", ["formats", "owner"]),
}

# The implementation behind include/haki: linked, never included.
LINK_ONLY = {"cli": ["client"], "desk": ["client"], "inspect": ["client"]}

# Which headers of include/haki a layer may include; "*" is all of them.
VALUES = {"result.h", "bytes.h"}
RECORDS = VALUES | {"value.h", "form.h"}
API_HEADERS = {
    **{layer: VALUES for layer in (
        "base", "crypto", "envelope", "keys", "sync", "transport",
        "auth", "storage", "blobs", "relay", "http", "ops", "server", "media")},
    **{layer: RECORDS for layer in ("model", "changes", "payload", "store")},
    "evidence": RECORDS | {"attachment.h", "dossier.h"},
    "analysis": RECORDS | {"scorecard.h", "report.h", "disclosure.h", "themes.h"},
    **{layer: "*" for layer in ("api", "client", "capi", "jni", "formats", "owner", "cli", "desk", "inspect")},
    "beast": set(),
}

# Third parties: the beginning of the path in #include <...> or "...", and the layers that may include it.
THIRD_PARTIES = {
    "sodium.h": ["crypto"],
    "sqlite3.h": ["store", "storage"],
    "wire/v1/": ["envelope"],
    "payload/v1/": ["payload"],
    "brotli/": ["payload"],
    "zstd.h": ["payload"],
    "zstd_errors.h": ["payload"],
    "libgfshare.h": ["keys"],
    "qrcodegen/": ["formats"],
    "png.h": ["formats", "media"],
    "jpeglib.h": ["media"],
    "libexif/": ["media"],
    "zlib.h": ["media"],
    "zip.h": ["formats"],
    "libxml/": ["formats"],
    "xlsxwriter.h": ["formats"],
    "google/protobuf/": ["envelope", "payload"],
    "boost/": ["beast", "transport", "http"],
    "openssl/": ["transport", "http", "blobs"],
    "toml++/": ["model", "ops"],
    "utf8proc.h": ["store", "model"],
    "csv.h": ["formats"],
    "iconv.h": ["formats"],
    "CLI/": ["cli", "ops"],
    "nlohmann/": ["cli", "desk", "formats"],
}

# What costs seconds a file: in .cc files, or in a header that only its own folder includes.
HEAVY = ("boost/", "google/protobuf/", "wire/v1/", "payload/v1/", "toml++/", "CLI/", "nlohmann/")
BEAST_FILES_MAX = 6

# The C library and POSIX. C++ headers are known by having neither a dot nor a slash.
SYSTEM = {
    "dirent.h", "fcntl.h", "grp.h", "locale.h", "netdb.h", "poll.h", "pwd.h", "sched.h", "signal.h", "spawn.h", "stdio.h", "stdlib.h",
    "string.h", "strings.h", "sysexits.h", "termios.h", "time.h", "unistd.h", "wchar.h", "langinfo.h", "errno.h",
}
SYSTEM_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/", "sanitizer/")

LIMITS = {"header": 120, "source": 600, "function": 70}

# What is over a limit and may be, each with its reason: {"path" or "path: function": reason}.
ALLOWED_OVER_LIMIT = {
    "tests/unit/changes/history.h": "one vocabulary of histories; a reader of the tests wants it in one place",
    "tests/unit/payload/samples.h": "one vocabulary of samples; a reader of the tests wants it in one place",
    "tests/unit/cli/arguments_test.cc: Commands.AllOfTheContractAreKnown": "a table, one line a command of the contract",
    "tests/unit/hostile/bytes.cc: attacks_on_bytes": "a table, one row an attack",
    "tests/unit/hostile/colluders.cc: attacks_by_members": "a table, one row an attack",
    "tests/unit/hostile/counters.cc: attacks_on_counters": "a table, one row an attack",
    "tests/unit/hostile/http.cc: attacks_on_http": "a table, one row an attack",
    "tests/unit/hostile/keys.cc: attacks_on_keys": "a table, one row an attack",
    "tests/unit/hostile/members.cc: attacks_on_members": "a table, one row an attack",
    "tests/unit/hostile/receipts.cc: attacks_on_receipts": "a table, one row an attack",
    "tests/unit/hostile/work.cc: attacks_on_work": "a table, one row an attack",
}

# Which files may name a path that looks like one machine's: {path: reason}.
ALLOWED_PLACES = {
    "tools/owner/place.cc": "where the socket goes, on any Unix, without XDG_RUNTIME_DIR",
    "tools/owner/place.h": "says so",
    "tests/unit/owner/request_test.cc": "a made-up home in a request that is encoded and decoded",
}
