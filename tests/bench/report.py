#!/usr/bin/env python3
"""Turns what tests/bench/run gathered into RESULTS.md: medians, ratios of the same run, each goal beside its figure.

  report.py results.txt [--peer-missing WHY] [--records N]

Lines of results.txt: `METRIC name value unit` (ours), `CEILING name rec/s median value …` and `PEER {json}` (the anchors').
tests/bench/why.txt, `name: sentence` a line, says why a goal is missed; build.txt holds the two lines of build times.
"""
import argparse
import collections
import datetime
import json
import pathlib
import platform
import re
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def gather(path):
    """Every figure by name, in the order of the repetitions; the anchors' under ceiling_… and peer_…"""
    figures, units = collections.defaultdict(list), {}
    for line in pathlib.Path(path).read_text().splitlines():
        if ours := re.match(r"METRIC (\S+) (\S+) (\S+)$", line):
            figures[ours[1]].append(float(ours[2]))
            units[ours[1]] = ours[3]
        elif ceiling := re.match(r"CEILING (\S+)\s+rec/s median (\S+)", line):
            figures["ceiling_" + ceiling[1]].append(float(ceiling[2]))
        elif peer := re.match(r"PEER (\{.*\})$", line):
            for name, value in json.loads(peer[1]).items():
                if isinstance(value, (int, float)):
                    figures["peer_" + name].append(float(value))
    return figures, units


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not known"


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    load = pathlib.Path("/proc/loadavg").read_text().split()[0]
    commit = output("git", "-C", str(HERE), "rev-parse", "--short", "HEAD")
    changed = output("git", "-C", str(HERE), "status", "--porcelain", "--untracked-files=no", "--", ":!tests/bench/RESULTS.md")
    return (f"{model[1] if model else platform.processor()}, {output('nproc')} processors, {int(memory[1]) // 1000000} GB, "
            f"Linux {platform.release()}, {output('g++', '--version').splitlines()[0]}, "
            f"{datetime.date.today().isoformat()}, commit {commit}{' and changes to it' if changed else ''}, "
            f"load average at the end {load}")


def shown(value):
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Report:
    """The rows of the one table: a figure, what it is measured against in the same run, their ratio, the goal, and whether it is met."""

    def __init__(self, figures, units):
        self.figures, self.units = figures, units
        self.median = {name: statistics.median(values) for name, values in figures.items()}
        why = HERE / "why.txt"
        self.why = dict(line.split(": ", 1) for line in why.read_text().splitlines() if ": " in line) if why.exists() else {}
        self.rows, self.noted = [], []
        self.sizes = sorted(int(found[1]) for name in figures if (found := re.match(r"exchange_merge_(\d+)$", name)))

    def add(self, name, value):
        self.figures[name], self.median[name] = [value], value

    def value(self, name, unit=None):
        values = self.figures.get(name)
        if not values:
            return "–"
        spread = f" ({shown(min(values))} – {shown(max(values))})" if shown(min(values)) != shown(max(values)) else ""
        return f"{shown(self.median[name])} {unit or WORDS.get(self.units.get(name, ''), self.units.get(name, ''))}{spread}"

    def part(self, title):
        self.rows.append(f"| **{title}** | | | | | |")

    def row(self, what, name, figure, limit="–", ratio="–", goal="–", met=None):
        verdict = "" if met is None else "met" if met else f"**missed** {self.note(name)}"
        self.rows.append(f"| {what} | {figure} | {limit} | {ratio} | {goal} | {verdict} |")

    def note(self, name):
        name = name if name in self.why else re.sub(r"_\d+$", "", name)
        if name not in self.why:
            return "(not explained yet)"
        if name not in self.noted:
            self.noted.append(name)
        return f"({self.noted.index(name) + 1})"

    def plain(self, what, name, unit=None):
        self.row(what, name, self.value(name, unit))

    def ratio(self, what, name, to, least=None, most=None, unit=None, limit_unit=None, of=""):
        """`name` over `to`, the median of the repetitions' own ratios; at least or at most so much."""
        pairs = list(zip(self.figures.get(name, []), self.figures.get(to, [])))
        goal = f"at least {least:g}" if least is not None else f"at most {most:.3g}" if most is not None else "–"
        limit = f"{self.value(to, limit_unit or unit)}{of}"
        if not pairs:
            self.row(what, name, self.value(name, unit), limit, "not measured", goal)
            return
        ratios = [ours / theirs for ours, theirs in pairs]
        middle = statistics.median(ratios)
        spread = f" ({min(ratios):.2f} – {max(ratios):.2f})" if len(ratios) > 1 else ""
        met = middle >= least if least is not None else middle <= most if most is not None else None
        self.row(what, name, self.value(name, unit), limit, f"**{middle:.2f}**{spread}", goal, met)

    def at_most(self, what, name, most, unit=None, below=False):
        goal = f"{'under' if below else 'at most'} {most:,g} {unit or WORDS.get(self.units.get(name, ''), self.units.get(name, ''))}"
        if name not in self.median:
            self.row(what, name, "not measured", goal=goal)
            return
        value = self.median[name]
        self.row(what, name, f"**{self.value(name, unit)}**", goal=goal, met=value < most if below else value <= most)

    def growth(self, what, name, most=None, unit=None, key=None):
        """The figure at each size; the last against the first."""
        sizes = [size for size in self.sizes if f"{name}_{size}" in self.median]
        if not sizes:
            self.row(what, key or name, "not measured")
            return
        figures = " · ".join(f"{size // 1000:,}k {shown(self.median[f'{name}_{size}'])}" for size in sizes)
        ratio = self.median[f"{name}_{sizes[-1]}"] / max(self.median[f"{name}_{sizes[0]}"], 1e-9)
        unit = unit or WORDS.get(self.units.get(f"{name}_{sizes[0]}", ""), self.units.get(f"{name}_{sizes[0]}", ""))
        self.row(what, key or name, f"{figures} {unit}", "its own at the smallest", f"**{ratio:.2f}**", f"at most {most:g}" if most else "–",
                 ratio <= most if most else None)


WORDS = {"us": "µs"}


def rates(r):
    r.part("A device by itself")
    r.ratio("durable record, one a transaction, of `ceiling put1`", "put1", "ceiling_put1", least=0.6, unit="records/s")
    r.ratio("import, 50 rows a transaction on both sides, of `ceiling put50`", "import50", "ceiling_put50", least=0.6, unit="records/s")
    r.ratio("import as the product does it, 4,000 rows a transaction", "import", "ceiling_put50", unit="records/s")
    r.ratio("one durable record, of PouchDB's, which does not wait for the disk", "put1", "peer_put_single_per_s", unit="records/s")
    r.ratio("import of 8,000 recommendations from UPR Info's export, times reading it and plain inserts", "import_rows", "import_plain", most=2)
    r.part("Exchanging 10,000 records")
    r.ratio("push, of `ceiling push50`", "push", "ceiling_push50", least=0.5, unit="records/s")
    r.ratio("pull, of `ceiling pull50`", "pull", "ceiling_pull50", least=0.5, unit="records/s")
    r.ratio("push, times PouchDB's at batch 500", "push", "peer_push_per_s", least=5, unit="records/s")
    r.ratio("pull, times PouchDB's at batch 500", "pull", "peer_pull_per_s", least=5, unit="records/s")
    r.part("The server")
    r.ratio("exchanges with one record, 1 connection, of `beast_store` with group commit", "server_1", "beast_store_1", least=0.7)
    r.ratio("… 16 connections", "server_16", "beast_store_16", least=0.7)
    r.at_most("server's peak memory over everything but the idle connections", "server_peak", 64, below=True)
    r.at_most("memory of an idle connection, of 10,000 that each made an exchange", "idle_connection", 20, "KB")
    r.plain("… the server as a whole then", "idle_server")
    r.plain("a push to 1,000 connected devices: until the last of them, asking at once, has it", "fan_out")
    r.at_most("server's disk for 10,000 records, idle, with the leads' snapshot", f"exchange_server_disk_{r.middle}", 6, "MB")
    r.growth("… by records", "exchange_server_disk")


def wire(r):
    r.part("Bytes and round trips (TCP payload without TLS, everything included)")
    r.at_most("up, a record in a batch of 50", "bytes_up_batch", 350)
    r.at_most("up, a single new record", "bytes_up_single", 750)
    r.ratio("up, a record in a batch of 50, of a form and language nothing was tuned for; the limit is its values as text", "bytes_up_unseen_batch", "bytes_unseen_raw")
    r.ratio("… a single new one", "bytes_up_unseen_single", "bytes_unseen_raw")
    r.at_most("nothing new: requests", "noop_requests", 1)
    r.at_most("… bytes up", "noop_up", 300)
    r.at_most("… bytes down", "noop_down", 300)
    r.growth("… bytes up by records in the store", "exchange_noop_up", 1.05)
    r.growth("… bytes down", "exchange_noop_down", 1.05)
    r.ratio("… bytes up in a coalition of 200 devices more; the limit is without them", f"exchange_noop_crowd_up_{r.last}", f"exchange_noop_up_{r.last}", most=1.05)
    r.ratio("… bytes down", f"exchange_noop_crowd_down_{r.last}", f"exchange_noop_down_{r.last}", most=1.05)
    r.ratio("… down, a lead's", f"exchange_noop_crowd_lead_down_{r.last}", f"exchange_noop_down_{r.last}", most=1.05)
    r.at_most("50 observations over a link of 40 kbit/s up, 600 ms and 2 % of packets lost", "link_fifty", 6, "s")
    r.plain("… the slowest of five", "link_fifty_slowest", "s")
    r.plain("… round trips, with the one that opens the connection not counted", "link_fifty_round_trips")
    r.plain("… bytes up", "link_fifty_bytes")
    r.ratio("the link: opening and one byte there and back", "link_opening", "link_opening_wanted", unit="ms", of=" set")
    r.ratio("… a byte there and back", "link_round_trip", "link_round_trip_wanted", unit="ms", of=" set")
    r.ratio("… rate up", "link_rate_up", "link_rate_up_wanted", unit="kbit/s", of=" set")
    r.ratio("… rate down", "link_rate_down", "link_rate_down_wanted", unit="kbit/s", of=" set")
    r.ratio("… stall of a lost packet", "link_stall", "link_stall_wanted", unit="ms", of=" set")
    r.ratio("… packets lost", "link_loss", "link_loss_wanted", unit="%", of=" set")


def growing(r):
    size = f"{r.last // 1000:,}k"
    r.part("As the store grows")
    r.ratio(f"unlock and open {size}, of the same unsealed with the password hash", f"growth_open_{r.last}", f"growth_plain_open_{r.last}", most=1.5)
    r.plain("… of which Argon2id (64 MiB, 3 passes)", f"growth_argon2_{r.last}")
    r.growth("open by records", "growth_open")
    r.ratio(f"list of a tenth of {size}, of the same unsealed", f"growth_list_{r.last}", f"growth_plain_list_{r.last}", most=1.5)
    r.ratio("… its first 50", f"growth_page_{r.last}", f"growth_plain_page_{r.last}", most=1.5)
    r.growth("list of a tenth by records", "growth_list")
    r.growth("first 50 of a list by records", "growth_page")
    r.ratio(f"search in {size}, 20 hits, of the same unsealed", f"growth_search_{r.last}", f"growth_plain_search_{r.last}", most=1.5)
    r.growth("search by records", "growth_search")
    r.growth("first list after records came, with their indexing", "growth_list_first")
    r.growth("first search after that, with their indexing", "growth_search_first")
    r.growth("durable record, processor", "growth_record_processor", 1.2)
    r.growth("… by the clock", "growth_record")
    r.ratio(f"… at {size}, of the same unsealed", f"growth_record_processor_{r.last}", f"growth_plain_record_processor_{r.last}")
    r.growth("edit, processor", "growth_edit_processor", 1.2)
    r.growth("… by the clock", "growth_edit")
    r.growth("exchange with 50 changes, processor a change", "exchange_fifty_processor", 1.2)
    r.growth("… by the clock, the exchange", "exchange_fifty")
    r.growth("merge of a pull, processor a change", "exchange_merge_processor", 1.2)
    r.growth("… by the clock", "exchange_merge")
    r.growth("pull of what came since the size before, processor a record", "exchange_pull_processor", 1.2)
    r.growth("… by the clock", "exchange_pull")
    r.ratio(f"first sync of {size} by a second lead, times a PouchDB pull", f"exchange_first_sync_{r.last}", "peer_first_pull_per_s", least=5, unit="records/s")
    r.ratio("… bytes down a record, of the PouchDB pull's (gzip)", f"exchange_first_sync_bytes_{r.last}", "peer_first_pull_down", most=1 / 3, unit="bytes")
    r.ratio("… of the same without gzip", f"exchange_first_sync_bytes_{r.last}", "peer_first_pull_down_plain", unit="bytes")
    r.at_most("scorecard by theme over 100,000 ratings of 300 recommendations, after the first", "scorecard", 50, below=True)
    r.at_most("… by district, of which there are 112", "scorecard_by_district", 50, below=True)


def phone(r):
    r.part("A phone's")
    r.at_most("core library stripped, without OpenSSL, libsodium, SQLite, protobuf", "library_size", 4)
    r.at_most("disk of a monitor for 10,000 records", f"exchange_monitor_disk_{r.middle}", 10)
    r.at_most("… of a lead who pulled them", f"exchange_lead_disk_{r.middle}", 10)
    r.ratio("… with both indexes, sealed and not", f"growth_disk_{r.middle}", f"growth_plain_disk_{r.middle}")
    r.at_most("peak memory while sending 10,000 records", "client_push_peak", 40)
    r.at_most("… while getting 10,000", "client_pull_peak", 40)
    r.plain("processor time to record an observation and send it in a batch of 50", "processor_observation", "µs")


def attachments(r):
    r.part("Attachments")
    r.ratio("of 500 KB, one after another, of `beast_store` that syncs a file each", "blobs_small", "beast_store_small", least=0.6)
    r.ratio("… of the npm tus server, which syncs nothing", "blobs_small", "tus_small", least=1.4)
    r.ratio("100 MB in pieces of 1 MiB, of `beast_store`", "blobs_large", "beast_store_large", least=0.7)
    r.at_most("bytes up beside the sealed file of 500 KB", "attachment_overhead_up", 1000, below=True)
    r.at_most("memory of a sync that sends 1 GB, above that of one with nothing to send", "attachment_memory_above_idle", 32, below=True)
    r.at_most("sent again a cut, of 20 cuts at random places of 100 MB", "attachment_resent_a_cut", 4096, below=True)
    r.ratio("records of one device pushed while another sends 1 GB, of their usual rate", "records_beside_upload", "records_alone", least=0.5)


def table(report):
    report.middle = 10_000 if 10_000 in report.sizes else report.sizes[-1] if report.sizes else 0
    report.last = report.sizes[-1] if report.sizes else 0
    sending = report.median.get(f"exchange_fifty_processor_{report.middle}")
    if sending is not None and "put1_processor" in report.median:
        report.add("processor_observation", report.median["put1_processor"] + sending)
    for part in (rates, wire, growing, phone, attachments):
        part(report)
    yield "| figure | measured | limit of the same run | ratio | goal | |"
    yield "|---|---|---|---|---|---|"
    yield from report.rows


def reasons(report):
    yield from (f"{number}. {report.why[name]}" for number, name in enumerate(report.noted, 1))


def details(report):
    r = report
    yield f"- Bytes up a record in a device's very first batch, with the key of its notebook: {r.value('bytes_up_first_batch', 'bytes')}, in {r.value('requests_first_batch', 'request')}."
    yield f"- Push of everything: {r.value('push_round_trips', 'requests')}, {r.value('push_bytes_per_record', 'bytes')} a record (Brotli 5 where thousands wait, 11 where few do). Pull: {r.value('pull_round_trips', 'requests')}."
    yield f"- Processor time a record, in the process and in the system for it: {r.value('put1_processor', 'µs')} one a transaction, {r.value('import50_processor', 'µs')} at 50 and {r.value('import_processor', 'µs')} at 4,000 rows a transaction."
    yield f"- Import of a country's list: {r.value('import_rows', 's')}, reading the file {r.value('import_read', 's')} of it; again, when nothing is new: {r.value('import_again', 's')}; with another answer in four rows of five: {r.value('import_corrected', 's')}. In processor time it takes {r.value('import_times_plain_processor', 'times')} what reading and plain inserts take."
    yield f"- An attachment of 1 GB is taken in, sealed and durable at {r.value('attachment_capture_rate', 'MB/s')} and sent at {r.value('attachment_send_rate', 'MB/s')}, each piece durable at both ends."
    yield f"- Server, time of one exchange with one record of {r.value('server_1_body', 'bytes')}: 1 connection {r.value('server_1_median', 'ms')} (99 of 100 under {r.value('server_1_slow', 'ms')}), beast_store {r.value('beast_store_1_median', 'ms')}; 16 connections {r.value('server_16_median', 'ms')} ({r.value('server_16_slow', 'ms')}), beast_store {r.value('beast_store_16_median', 'ms')}."
    yield f"- The first scorecard over 100,000 ratings that nobody asked about before: {r.value('scorecard_first', 'ms')}; the one after a further rating: {r.value('scorecard_after_one', 'ms')}. The report `matrix` takes {r.value('report_matrix', 'ms')}, `agreement` {r.value('report_agreement', 'ms')}."
    seen, unseen = ([r.value(f"dictionary_{kind}_{what}") for what in ("single_without", "single_with", "batch_without", "batch_with")] for kind in ("seen", "unseen"))
    yield f"- What a zstd dictionary would bring, trained on half of the observations, 64 KB: of the others, one record alone {seen[0]} without and {seen[1]} with it, one of 50 together {seen[2]} and {seen[3]}; of a form and language it has not seen {unseen[0]} and {unseen[1]}, {unseen[2]} and {unseen[3]}. The product has none."
    yield f"- First sync of a second lead: {r.value(f'exchange_first_sync_seconds_{r.last}', 's')}, {r.value(f'exchange_first_sync_round_trips_{r.last}', 'requests')}; the PouchDB pull {r.value('peer_first_pull_seconds', 's')}. The signed work behind it, read afterwards, is not in it."
    build = HERE / "build.txt"
    yield from (build.read_text().strip().splitlines() if build.exists() else ["- Build times: not measured in this run."])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("results")
    arguments.add_argument("--peer-missing", default="")
    arguments.add_argument("--records", type=int, default=10000)
    given = arguments.parse_args()
    report = Report(*gather(given.results))
    repetitions = len(report.figures["put1"])
    print("# Figures\n")
    print("Taken by `tests/bench/run`; nothing here passes or fails a test. "
          f"{repetitions} repetition{'s' if repetitions > 1 else ''}, in each of which ours, the ceiling and the peer ran one after the other: medians, least "
          "and greatest in brackets; a ratio is the median of the repetitions' own ratios.\n")
    print(f"Machine: {machine()}.\n")
    print(f"Workload: {given.records:,} observations of `gen.py --text prose` (19 fields, 1.2 KB as JSON). The ceiling is the "
          "anchors' `ceiling.cpp` and `beast_store.cpp … group 2`: our primitives and nothing else.\n")
    print("\n".join(table(report)) + "\n")
    if report.noted:
        print("Why what is missed is missed:\n\n" + "\n".join(reasons(report)) + "\n")
    if given.peer_missing:
        print(f"PouchDB was not measured: {given.peer_missing}.\n")
    print("## Besides\n\n" + "\n".join(details(report)) + "\n")
    print((HERE / "notes.md").read_text().strip())


main()
