// What a lead asks of a year's work, through the public API alone: scorecards and reports over many ratings.
//
//   bench-analysis --server URL --token T --home DIR --ratings N
//     Founds a coalition, imports 300 recommendations with two themes each and N ratings of them, and takes time: the first
//     scorecard, those after it by each key, and the one after a rating more.
#include <algorithm>

#include "haki/client.h"
#include "measure.h"

namespace haki::bench {
namespace {

constexpr std::size_t kRecommendations = 300, kThemes = 25, kDistricts = 112, kCycles = 3, kTimes = 20;

ImportRow recommendation(std::size_t number) {
  const auto theme = [](std::size_t of) { return "Theme " + std::to_string(of % kThemes); };
  return {number, "recommendation", {std::to_string(number)},
          {{"text", "Recommendation " + std::to_string(number)}, {"number", std::to_string(number)}, {"position", "supported"},
           {"themes", theme(number)}, {"themes", theme(number * 7 + 3)}, {"cycle", "3"}}};
}

ImportRow rating(std::size_t number, const std::vector<RecordView>& recommendations) {
  const char* levels[] = {"not_implemented", "partly_implemented", "fully_implemented", "no_information"};
  const std::size_t district = number / kRecommendations % kDistricts, cycle = number / (kRecommendations * kDistricts) % kCycles;
  return {number, "rating", {std::to_string(number)},
          {{"recommendation", to_hex(recommendations[number % kRecommendations].id)}, {"level", levels[number * 2654435761u % 4]},
           {"district", "KE" + std::to_string(100 + district)}, {"cycle", std::to_string(cycle + 1)}}};
}

double milliseconds(Client& client, const std::string& by) {
  const Stopwatch watch;
  const auto rows = must("scorecard", client.scorecard({"", by, true}));
  if (rows.empty()) give_up("scorecard", "it is empty");
  return watch.seconds() * 1000;
}

double middle(Client& client, const std::string& by) {
  std::vector<double> times;
  for (std::size_t i = 0; i < kTimes; ++i) times.push_back(milliseconds(client, by));
  std::ranges::sort(times);
  return times[kTimes / 2];
}

void measure(const Arguments& given) {
  std::string words;
  const auto client = must("found", Client::found({given.text("home") + "/lead", "bench bench bench", given.text("server"), given.text("token"),
                                                   "Bench", "Lead", "Bench"}, words));
  std::vector<ImportRow> rows;
  for (std::size_t i = 0; i < kRecommendations; ++i) rows.push_back(recommendation(i));
  must("recommendations", client->import_rows(rows, false, {}));
  Query query;
  query.form = "recommendation";
  const auto recommendations = must("list", client->list(query));
  rows.clear();
  const std::size_t ratings = given.number("ratings");
  for (std::size_t i = 0; i < ratings; ++i) rows.push_back(rating(i, recommendations));
  const Stopwatch import;
  must("ratings", client->import_rows(rows, false, {}));
  say("ratings_imported", static_cast<double>(ratings) / import.seconds(), "records/s");
  say("scorecard_first", milliseconds(*client, ""), "ms");
  say("scorecard", middle(*client, ""), "ms");
  for (const char* by : {"district", "organisation", "cycle"}) say("scorecard_by_" + std::string(by), middle(*client, by), "ms");
  must("rate", client->create({"rating", rating(ratings, recommendations).fields, {}, true, {}}));
  say("scorecard_after_one", milliseconds(*client, ""), "ms");
  for (const char* name : {"matrix", "agreement", "trend"}) {
    const Stopwatch watch;
    must(name, client->report({name, {}}));
    say("report_" + std::string(name), watch.seconds() * 1000, "ms");
  }
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) { haki::bench::measure(haki::bench::Arguments(argument_count, arguments)); }
