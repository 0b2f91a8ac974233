// What a device does for itself as its store grows, beside the same program over a file that is not sealed.
//
//   bench-growth --server URL --token T --home DIR --form FILE --observations FILE --sizes 1000,10000,100000
//     Two homes of one founder each, with the same records; one's database is sealed, the other's is not (plain_store.h). At each size,
//     by turns in both: open, one durable record a transaction, edits, a list, searches; and Argon2id alone.
//   The server founds the coalitions; nothing is exchanged.
#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <sstream>

#include "crypto/passphrase.h"
#include "devices.h"
#include "keys/key_file.h"
#include "measure.h"
#include "plain_store.h"

namespace haki::bench {
namespace {

constexpr std::size_t kChanges = 500, kPage = 50;
constexpr std::size_t kRecordedMax = 100'000;  // more are imported

// A home that is opened again and again, sealed or not.
class Place {
 public:
  Place(const Setting& setting, bool sealed) : home_(setting.home + "/lead"), sealed_(sealed), kind_(sealed ? "" : "plain_") {
    opened([&] { client_ = found(setting); });
  }
  Client& client() { return *client_; }
  const std::string& kind() const { return kind_; }
  // Milliseconds.
  double reopen() {
    client_.reset();
    const Stopwatch watch;
    opened([&] { client_ = must("open", Client::open(home_, kPassphrase)); });
    return watch.seconds() * 1e3;
  }
  std::uint64_t bytes_on_disk() {
    client_.reset();
    const std::uint64_t bytes = sealed_ ? bytes_in(home_) : std::filesystem::file_size(home_ + ".plain");
    reopen();
    return bytes;
  }

 private:
  template <typename Open>
  void opened(const Open& open) {
    std::optional<PlainStore> plain;
    if (!sealed_) plain.emplace(home_ + ".plain");
    open();
  }
  const std::string home_;
  const bool sealed_;
  const std::string kind_;
  ClientPointer client_;
};

std::vector<std::size_t> sizes_of(const std::string& text) {
  std::vector<std::size_t> sizes;
  std::stringstream stream(text);
  for (std::string one; std::getline(stream, one, ',');) sizes.push_back(std::strtoull(one.c_str(), nullptr, 10));
  return sizes;
}

double argon2_milliseconds() {
  constexpr std::string_view kText = kPassphrase;
  const crypto::SecretBytes passphrase(as_bytes(kText));
  const Stopwatch watch;
  must("Argon2id", crypto::stretch_passphrase(passphrase, {1, 2, 3}, keys::floor_cost()));
  return watch.seconds() * 1e3;
}

double list_milliseconds(Client& client, const std::string& site, std::size_t limit) {
  const Query query{"field_survey", "site = '" + site + "'", limit, false, "", false, false};
  const Stopwatch watch;
  if (must("list", client.list(query)).empty()) give_up("list", "nothing was found");
  return watch.seconds() * 1e3;
}

double search_milliseconds(Client& client) {
  std::vector<double> times;
  for (const char* text : {"river", "broken bridge", "snake", "market", "fever", "north", "flooded pla", "eagle nest", "pump"}) {
    const Stopwatch watch;
    must("search", client.search(text, 20));
    times.push_back(watch.seconds() * 1e3);
  }
  return median(times);
}

class Growth {
 public:
  Growth(const Setting& sealed, const Setting& plain, const std::vector<Observation>& observations)
      : observations_(observations), sealed_(sealed, true), plain_(plain, false) {
    site_ = std::ranges::find(observations.front().fields, "site", &FieldInput::field)->text;
  }

  void measure(std::size_t size) {
    suffix_ = "_" + std::to_string(size);
    for (Place* place : both()) fill(place->client(), size);
    records_ = size;
    measure_questions();
    measure_open();
    for (Place* place : both()) tell(*place, "disk", static_cast<double>(place->bytes_on_disk()) / 1e6, "MB");
    for (Place* place : both()) measure_changes(*place);
  }

 private:
  void fill(Client& client, std::size_t size) {
    const std::size_t recorded = std::min(size, std::max(records_, kRecordedMax));
    record_all(client, observations_, records_, recorded - records_);
    import_all(client, observations_, recorded, size - recorded);
  }
  std::array<Place*, 2> both() { return {&sealed_, &plain_}; }
  void tell(const Place& place, const std::string& what, double value, const std::string& unit) const {
    say("growth_" + place.kind() + what + suffix_, value, unit);
  }

  void measure_open() {
    std::array<std::vector<double>, 2> opened;
    std::vector<double> hashed;
    for (int i = 0; i < 7; ++i) {
      for (std::size_t which = 0; which < 2; ++which) opened[which].push_back(both()[which]->reopen());
      hashed.push_back(argon2_milliseconds());
    }
    for (std::size_t which = 0; which < 2; ++which) tell(*both()[which], "open", median(opened[which]), "ms");
    say("growth_argon2" + suffix_, median(hashed), "ms");
  }

  // The first question after an import brings the indexes up; then by turns.
  void measure_questions() {
    for (Place* place : both()) {
      tell(*place, "list_first", list_milliseconds(place->client(), site_, 0), "ms");
      const Stopwatch watch;
      must("search", place->client().search("river", 20));
      tell(*place, "search_first", watch.seconds() * 1e3, "ms");
    }
    std::array<std::vector<double>, 2> lists, pages, searches;
    for (int i = 0; i < 5; ++i) {
      for (std::size_t which = 0; which < 2; ++which) {
        Client& client = both()[which]->client();
        lists[which].push_back(list_milliseconds(client, site_, 0));
        pages[which].push_back(list_milliseconds(client, site_, kPage));
        searches[which].push_back(search_milliseconds(client));
      }
    }
    for (std::size_t which = 0; which < 2; ++which) {
      tell(*both()[which], "list", median(lists[which]), "ms");
      tell(*both()[which], "page", median(pages[which]), "ms");
      tell(*both()[which], "search", median(searches[which]), "ms");
    }
  }

  // Microseconds a change, by the clock and of the processor.
  void measure_changes(Place& place) {
    Client& client = place.client();
    std::vector<RecordId> made;
    const Stopwatch recording;
    for (std::size_t i = 0; i < kChanges; ++i) made.push_back(must("create", client.create(draft_of(observations_, i))));
    tell_changes(place, "record", recording);
    const Stopwatch editing;
    for (const RecordId& id : made) must("edit", client.edit({id, {{"count", "17"}, {"notes", "Seen again by the pump"}}, {}, {}, {}}));
    tell_changes(place, "edit", editing);
  }
  void tell_changes(const Place& place, const std::string& what, const Stopwatch& watch) const {
    tell(place, what, watch.seconds() * 1e6 / kChanges, "us");
    tell(place, what + "_processor", watch.processor_seconds() * 1e6 / kChanges, "us");
  }

  const std::vector<Observation>& observations_;
  Place sealed_, plain_;
  std::string site_, suffix_;
  std::size_t records_ = 0;
};

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  const Arguments given(argument_count, arguments);
  Setting sealed{given.text("server"), given.text("token"), given.text("home") + "/sealed", given.text("form")};
  Setting plain{given.text("server"), given.text("second-token"), given.text("home") + "/plain", given.text("form")};
  for (const Setting* one : {&sealed, &plain}) std::filesystem::create_directories(one->home);
  const auto observations = read_observations(given.text("observations"), 10'000);
  Growth growth(sealed, plain, observations);
  for (const std::size_t size : sizes_of(given.text("sizes"))) growth.measure(size);
}
