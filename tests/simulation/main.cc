// haki-simulate: worlds by their seeds, one after the other.
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <sqlite3.h>

#include "base/log.h"
#include "shrink.h"

namespace {

using namespace haki::simulation;

struct Options {
  std::uint64_t seeds = 0, first = 1;
  bool replay = false, shrinks = false, json = false, coverage = true;
  std::uint64_t stop_after = 10;  // failing worlds
  std::string open;               // a file that names seeds whose failure is known and not mended yet
};

constexpr const char* kUsage =
    "haki-simulate --seeds N [--first SEED] [--json] [--stop-after N]   runs N worlds; 0 when every checker holds in all\n"
    "  --open FILE   seeds of this file are known to fail and do not count; a line each, with what is wrong\n"
    "haki-simulate --replay SEED                                        one world, told step by step\n"
    "haki-simulate --shrink SEED                                        the shortest part of it that fails the same way\n";

std::optional<Options> read(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const bool number = i + 1 < count && std::strspn(words[i + 1], "0123456789") == std::strlen(words[i + 1]) && *words[i + 1] != 0;
    if (word == "--json") {
      options.json = true;
      continue;
    }
    if (word == "--open" && i + 1 < count) {
      options.open = words[++i];
      continue;
    }
    if (!number) return std::nullopt;
    const std::uint64_t value = std::strtoull(words[++i], nullptr, 10);
    if (word == "--seeds") options.seeds = value;
    else if (word == "--first") options.first = value;
    else if (word == "--stop-after") options.stop_after = value;
    else if (word == "--replay" || word == "--shrink") {
      options.first = value;
      options.seeds = 1;
      (word == "--replay" ? options.replay : options.shrinks) = true;
    } else return std::nullopt;
  }
  return options.seeds == 0 ? std::nullopt : std::optional(options);
}

// Where the server's files are: in memory where the system has such a place, as they are made and removed by the thousand.
std::string scratch() {
  std::string place = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  place += "/haki-simulate-XXXXXX";
  return ::mkdtemp(place.data()) == nullptr ? std::string() : place;
}

void print(const Plan& plan, const Outcome& outcome, bool json) {
  if (json) {
    std::printf("{\"seed\":%llu,\"holds\":%s,\"state_root\":\"%s\",\"steps\":%zu,\"devices\":%zu,\"faults\":{", static_cast<unsigned long long>(plan.seed),
                outcome.holds() ? "true" : "false", outcome.state_root.c_str(), outcome.steps, plan.devices);
    const char* comma = "";
    for (const auto& [key, times] : outcome.coverage.counts()) {
      if (key.first != "network" && key.first != "disk" && key.first != "server" && key.first != "clocks") continue;
      std::printf("%s\"%s\":%llu", comma, key.second.c_str(), static_cast<unsigned long long>(times));
      comma = ",";
    }
    std::printf("}}\n");
  }
  if (outcome.holds()) return;
  std::fprintf(stderr, "seed %llu FAILS after %zu steps:\n", static_cast<unsigned long long>(plan.seed), outcome.steps);
  std::size_t shown = 0;
  for (const Violation& one : outcome.violations) {
    if (++shown > 5) break;
    std::fprintf(stderr, "  %s: %s\n", one.checker.c_str(), one.what.c_str());
  }
  std::fprintf(stderr, "  again: haki-simulate --replay %llu   shorter: haki-simulate --shrink %llu\n", static_cast<unsigned long long>(plan.seed),
               static_cast<unsigned long long>(plan.seed));
}

// A bug that ends the process still names its world.
std::uint64_t seed_under_way = 0;
void name_the_world(int) {
  std::fprintf(stderr, "seed %llu ended the process\n  again: haki-simulate --replay %llu\n", static_cast<unsigned long long>(seed_under_way),
               static_cast<unsigned long long>(seed_under_way));
  std::_Exit(3);
}

std::map<std::uint64_t, std::string> known_to_fail(const std::string& path) {
  std::map<std::uint64_t, std::string> known;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    char* rest = nullptr;
    const std::uint64_t seed = std::strtoull(line.c_str(), &rest, 10);
    if (rest != line.c_str()) known[seed] = rest;
  }
  return known;
}

int run_many(const Options& options, const std::string& folder) {
  const auto known = known_to_fail(options.open);
  Coverage coverage = everything_expected();
  std::uint64_t failing = 0, done = 0, steps = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t seed = options.first; done < options.seeds && failing < options.stop_after; ++seed, ++done) {
    const Plan plan = make_plan(seed);
    seed_under_way = seed;
    const Outcome outcome = run_plan(plan, folder, options.replay);
    coverage.add(outcome.coverage);
    steps += outcome.steps;
    if (const auto open = known.find(seed); open != known.end()) {
      std::fprintf(stderr, "seed %llu %s:%s\n", static_cast<unsigned long long>(seed), outcome.holds() ? "holds now, and need not be listed" : "is open",
                   open->second.c_str());
      continue;
    }
    failing += outcome.holds() ? 0 : 1;
    print(plan, outcome, options.json);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (!options.replay && !options.json) std::printf("%s\n", coverage.table().c_str());
  std::fprintf(options.json ? stderr : stdout, "%llu worlds (seeds %llu to %llu), %llu steps, %llu failing, %.1f worlds per second\n",
               static_cast<unsigned long long>(done), static_cast<unsigned long long>(options.first),
               static_cast<unsigned long long>(options.first + done - 1), static_cast<unsigned long long>(steps),
               static_cast<unsigned long long>(failing), static_cast<double>(done) / seconds);
  return failing == 0 ? 0 : 1;
}

int run_shrink(const Options& options, const std::string& folder) {
  const Plan plan = shrink(make_plan(options.first), folder, 400);
  const Outcome outcome = run_plan(plan, folder, true);
  std::printf("%zu steps are left of it:\n", plan.steps.size());
  for (const Step& step : plan.steps) std::printf("  %s\n", in_words(step).c_str());
  print(plan, outcome, false);
  return outcome.holds() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const auto options = read(count, words);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  haki::base::set_log_level(haki::base::Level::kNone);  // a server whose disk is in trouble says so, here on purpose
  // Files are kept in memory: what one world frees the next one takes, without the system's clearing it in between.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  std::signal(SIGABRT, name_the_world);
  std::signal(SIGSEGV, name_the_world);
  const std::string folder = scratch();
  if (folder.empty()) {
    std::fputs("There is no place for temporary files.\n", stderr);
    return 1;
  }
  const int code = options->shrinks ? run_shrink(*options, folder + "/server") : run_many(*options, folder + "/server");
  std::filesystem::remove_all(folder);
  return code;
}
