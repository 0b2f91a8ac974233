// What an export of many observations takes, through the real program: `tests/bench/export` starts the server and runs it.
//
//   bench-export --server URL --token T --home DIR --haki PROGRAM --records N
//     Founds a coalition, records N observations, and exports them with `haki export xlsx` and csv: seconds, size of the file, and the
//     most memory that the process had at once, which must not grow with N.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "haki/client.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr const char* kPassphrase = "bench bench bench";
constexpr std::size_t kRowsAtOnce = 5000;

ImportRow observation(std::size_t number, const RecordId& recommendation) {
  const std::string narrative = "Observation " + std::to_string(number) +
                                ": the borehole at the primary school has been dry since the long rains; children walk for water, and the "
                                "county has sent nobody. The committee keeps a book of the days without water, which was seen.";
  ImportRow row{number, "observation", {std::to_string(number)}, {}};
  row.fields = {{"narrative", narrative},
                {"recommendation", to_hex(recommendation)},
                {"district", "KE0" + std::to_string(10 + number % 37)},
                {"observed_on", "2020-11-" + std::to_string(10 + number % 19)},
                {"place", "Village " + std::to_string(number % 900)},
                {"location", "-1." + std::to_string(1000 + number % 9000) + " 36." + std::to_string(1000 + number % 8999)},
                {"source_kind", "direct"},
                {"direction", number % 3 == 0 ? "setback" : "no_change"},
                {"themes", "Water"},
                {"themes", "Education"},
                {"people_affected", std::to_string(number % 400)}};
  return row;
}

void record_all(Client& client, std::size_t records) {
  Draft draft;
  draft.form = "recommendation";
  draft.fields = {{"text", "Bring water to every school"}, {"number", "115.3"}};
  const RecordId recommendation = must("recommendation", client.create(draft));
  const Stopwatch watch;
  for (std::size_t from = 1; from <= records; from += kRowsAtOnce) {
    std::vector<ImportRow> rows;
    for (std::size_t number = from; number < from + kRowsAtOnce && number <= records; ++number) rows.push_back(observation(number, recommendation));
    const ImportReport report = must("import", client.import_rows(rows, false, {}));
    if (!report.refused.empty()) give_up("import", report.refused.front().reason);
  }
  say("recorded", static_cast<double>(records) / watch.seconds(), "records/s");
}

void measure_export(const std::string& program, const std::string& home, const std::string& kind, std::size_t records) {
  const std::string out = home + "/../observations." + kind;
  const Stopwatch watch;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("HAKI_PASSPHRASE", kPassphrase, 1);
    ::execl(program.c_str(), "haki", "--home", home.c_str(), "export", kind.c_str(), "--form", "observation", "--drafts", "--out", out.c_str(),
            "--force", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  if (::wait4(child, &status, 0, &used) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) give_up(kind, "it failed");
  const double seconds = watch.seconds();
  say("export_" + kind + "_seconds", seconds, "s");
  say("export_" + kind, static_cast<double>(records) / seconds, "records/s");
  say("export_" + kind + "_peak", static_cast<double>(used.ru_maxrss) / 1024, "MiB");
  say("export_" + kind + "_file", static_cast<double>(std::filesystem::file_size(out)) / (1 << 20), "MiB");
}

int run(const Arguments& arguments) {
  const std::string home = arguments.text("home") + "/lead";
  const std::size_t records = arguments.number("records");
  {
    std::string words;
    const auto lead = must("found", Client::found({home, kPassphrase, arguments.text("server"), arguments.text("token"), "Bench", "Lead", "Bench"}, words));
    record_all(*lead, records);
  }
  for (const char* kind : {"xlsx", "csv"}) measure_export(arguments.text("haki"), home, kind, records);
  return 0;
}

}  // namespace
}  // namespace haki::bench

int main(int count, char** texts) { return haki::bench::run(haki::bench::Arguments(count, texts)); }
