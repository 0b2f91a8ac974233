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
    def __init__(self, figures, units):
        self.figures, self.units = figures, units
        self.median = {name: statistics.median(values) for name, values in figures.items()}
        why = HERE / "why.txt"
        self.why = dict(line.split(": ", 1) for line in why.read_text().splitlines() if ": " in line) if why.exists() else {}
        self.goals = []

    def value(self, name, unit):
        values = self.figures.get(name)
        if not values:
            return "–"
        spread = f" ({shown(min(values))} – {shown(max(values))})" if shown(min(values)) != shown(max(values)) else ""
        return f"{shown(self.median[name])} {unit}{spread}"

    def goal(self, what, name, figure, met, wanted):
        verdict = "met" if met else "**missed**: " + self.why.get(name, "not explained yet")
        self.goals.append(f"| {what} | {figure} | {wanted} | {verdict} |")

    def ratio(self, what, name, to, at_least):
        # The median of the ratios, each of one repetition, and not the ratio of two medians of different minutes.
        pairs = list(zip(self.figures.get(name, []), self.figures.get(to, [])))
        if not pairs:
            self.goals.append(f"| {what} | – | at least {at_least} | not measured |")
            return
        ratios = [ours / theirs for ours, theirs in pairs]
        ratio = statistics.median(ratios)
        spread = f" ({min(ratios):.2f} – {max(ratios):.2f})" if len(ratios) > 1 else ""
        self.goal(what, name, f"**{ratio:.2f}**{spread}", ratio >= at_least, f"at least {at_least}")

    def at_most(self, what, name, unit, limit, below=False):
        if name not in self.median:
            self.goals.append(f"| {what} | – | at most {limit} {unit} | not measured |")
            return
        value = self.median[name]
        met = value < limit if below else value <= limit
        self.goal(what, name, f"**{shown(value)}** {unit}", met, f"{'under' if below else 'at most'} {limit} {unit}")


def rates_table(report):
    rows = [("one durable record a transaction", "put1", "ceiling_put1", "peer_put_single_per_s", "records/s"),
            ("import, 50 rows a transaction", "import50", "ceiling_put50", "peer_bulk100_per_s", "records/s"),
            ("import as the product does it, 4,000 rows a transaction", "import", None, None, "records/s"),
            ("push", "push", "ceiling_push50", "peer_push_per_s", "records/s"),
            ("pull", "pull", "ceiling_pull50", "peer_pull_per_s", "records/s"),
            ("server, 1 connection", "server_1", "beast_store_1", None, "requests/s"),
            ("server, 16 connections", "server_16", "beast_store_16", None, "requests/s"),
            ("attachments of 500 KB, one request each, 1 connection", "blobs_small", "beast_store_small", None, "requests/s"),
            ("an attachment of 100 MB in pieces of 1 MiB", "blobs_large_rate", "beast_store_large_rate", None, "MB/s")]
    yield "| | Haki | ceiling | PouchDB, batch 500 |"
    yield "|---|---|---|---|"
    for what, ours, ceiling, peer, unit in rows:
        yield f"| {what} | {report.value(ours, unit)} | {report.value(ceiling, unit) if ceiling else '–'} | {report.value(peer, unit) if peer else '–'} |"


def goals_table(report):
    report.ratio("one durable record a transaction, of `ceiling put1`", "put1", "ceiling_put1", 0.5)
    report.ratio("import, 50 rows a transaction on both sides, of `ceiling put50`", "import50", "ceiling_put50", 0.4)
    report.ratio("push of 10,000 records, of `ceiling push50`", "push", "ceiling_push50", 0.3)
    report.ratio("pull of 10,000 records, of `ceiling pull50`", "pull", "ceiling_pull50", 0.3)
    report.ratio("push, of PouchDB at batch 500", "push", "peer_push_per_s", 3)
    report.ratio("pull, of PouchDB at batch 500", "pull", "peer_pull_per_s", 3)
    report.ratio("server with 1 connection, of `beast_store` with group commit", "server_1", "beast_store_1", 0.5)
    report.ratio("server with 16 connections, of the same", "server_16", "beast_store_16", 0.5)
    report.ratio("attachments of 500 KB, one after another, of `beast_store` that syncs a file each", "blobs_small", "beast_store_small", 0.6)
    report.ratio("… of the npm tus server, which syncs nothing", "blobs_small", "tus_small", 1.4)
    report.ratio("an attachment of 100 MB in pieces of 1 MiB, of `beast_store`", "blobs_large", "beast_store_large", 0.7)
    report.at_most("bytes up beside the sealed file, of an attachment of 500 KB", "attachment_overhead_up", "bytes", 1000, below=True)
    report.at_most("memory of a sync that sends 1 GB, above that of one with nothing to send", "attachment_memory_above_idle", "MB", 32, below=True)
    report.at_most("bytes sent again a cut, of 20 cuts at random places of 100 MB; a piece has 4,096 KiB", "attachment_resent_a_cut", "KiB", 4096, below=True)
    report.ratio("records of one device pushed while another sends 1 GB, of their usual rate", "records_beside_upload", "records_alone", 0.5)
    report.at_most("bytes up a record in a batch of 50, everything included", "bytes_up_batch", "bytes", 400)
    report.at_most("an exchange with nothing new: requests", "noop_requests", "request", 1)
    report.at_most("… bytes up", "noop_up", "bytes", 400)
    report.at_most("… bytes down", "noop_down", "bytes", 400)
    report.at_most("scorecard by theme over 100,000 ratings of 300 recommendations, after the first", "scorecard", "ms", 50, below=True)
    report.at_most("… by district, of which there are 112", "scorecard_by_district", "ms", 50, below=True)
    report.at_most("server's peak memory over the whole run", "server_peak", "MB", 64, below=True)
    report.at_most("import of 8,000 recommendations from UPR Info's export, of reading it and one transaction of plain inserts", "import_times_plain", "times", 2, below=True)
    yield "| goal | figure | wanted | |"
    yield "|---|---|---|---|"
    yield from report.goals


def details(report):
    r = report
    yield f"- Bytes up a record in a device's very first batch, with the key of its notebook: {r.value('bytes_up_first_batch', 'bytes')}, in {r.value('requests_first_batch', 'request')}."
    yield f"- Push of everything: {r.value('push_round_trips', 'requests')}, {r.value('push_bytes_per_record', 'bytes')} a record (zstd 9 where thousands wait, 19 where few do). Pull: {r.value('pull_round_trips', 'requests')}."
    yield f"- First search on 10,000 records that came by sync: {r.value('search_first', 'ms')}, since the full-text index is brought up at the first search and not while records come in: {r.value('index_catch_up', 'records/s')}. Searches after it: {r.value('search_later', 'ms')} (median of nine, 20 hits each)."
    yield f"- Processor time a record, in the process and in the system for it: {r.value('put1_processor', 'µs')} one a transaction, {r.value('import50_processor', 'µs')} at 50 and {r.value('import_processor', 'µs')} at 4,000 rows a transaction."
    yield f"- Import of a country's list: {r.value('import_rows', 's')}, reading the file {r.value('import_read', 's')} of it; again, when nothing is new: {r.value('import_again', 's')}; with another answer in four rows of five: {r.value('import_corrected', 's')}. In processor time it takes {r.value('import_times_plain_processor', 'times')} what reading and plain inserts take."
    yield f"- An attachment of 1 GB is taken in, sealed and durable at {r.value('attachment_capture_rate', 'MB/s')} and sent at {r.value('attachment_send_rate', 'MB/s')}, each piece durable at both ends."
    yield f"- First list by an indexed field of the same: {r.value('list_first', 'ms')}, since what was not indexed yet is indexed then; again: {r.value('list_later', 'ms')} ({r.value('listed', 'records')})."
    yield f"- Opening a home: {r.value('open', 'ms')}, nearly all of it Argon2id (64 MiB, 3 passes), once a command or once a `haki unlock`."
    yield f"- Server, time of one exchange with one record of {r.value('server_1_body', 'bytes')}: 1 connection {r.value('server_1_median', 'ms')} (99 of 100 under {r.value('server_1_slow', 'ms')}), beast_store {r.value('beast_store_1_median', 'ms')}; 16 connections {r.value('server_16_median', 'ms')} ({r.value('server_16_slow', 'ms')}), beast_store {r.value('beast_store_16_median', 'ms')}."
    yield f"- The first scorecard over 100,000 ratings that nobody asked about before: {r.value('scorecard_first', 'ms')}; the one after a further rating: {r.value('scorecard_after_one', 'ms')}. The report `matrix` takes {r.value('report_matrix', 'ms')}, `agreement` {r.value('report_agreement', 'ms')}."
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
    print("## Goals\n\n" + "\n".join(goals_table(report)) + "\n")
    print("## Rates\n\n" + "\n".join(rates_table(report)) + "\n")
    if given.peer_missing:
        print(f"PouchDB was not measured: {given.peer_missing}.\n")
    print("## Besides\n\n" + "\n".join(details(report)) + "\n")
    print((HERE / "notes.md").read_text().strip())


main()
