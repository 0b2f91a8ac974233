#include "devices.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "measure.h"
#include "unsynced.h"

namespace haki::bench {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up(path, "it cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// What a sync wants a person to know is part of why a bench gives up.
SyncReport sync(Client& client, const std::string& who) {
  SyncReport report = must("sync of " + who, client.sync({}));
  for (const std::string& note : report.notes) std::fprintf(stderr, "%s: %s\n", who.c_str(), note.c_str());
  return report;
}

ClientPointer found(const Setting& setting) {
  std::string words;
  const FoundOptions options{setting.home + "/lead", kPassphrase, setting.server, setting.token, "Bench", "Lead", "Bench"};
  ClientPointer lead = must("found", Client::found(options, words));
  must("form", lead->import_form(content_of(setting.form)));
  return lead;
}

ClientPointer let_in(Client& lead, const Setting& setting, const std::string& name, const std::string& role) {
  const Invite invite = must("invite", lead.invite({role, name, "Bench", {}, "", 0}));
  ClientPointer member = must("join", Client::join({setting.home + "/" + name, kPassphrase, invite.text}));
  sync(*member, name);
  sync(lead, "lead");
  sync(*member, name);
  if (!must("status", member->status()).admitted) give_up(name, "was not let in");
  return member;
}

void settle(Client& lead, Client& monitor) {
  for (int round = 0; round < 3; ++round) {
    sync(lead, "lead");
    sync(monitor, "monitor");
  }
}

std::vector<ImportRow> rows_of(const std::vector<Observation>& observations, std::size_t first, std::size_t count) {
  std::vector<ImportRow> rows;
  rows.reserve(count);
  for (std::size_t number = first; number < first + count; ++number) {
    std::vector<FieldInput> fields = observations[number % observations.size()].fields;
    fields.front().text.replace(0, 8, std::to_string(100'000'000 + number).substr(1));
    ImportRow row{number + 1, "field_survey", {fields.front().text}, {}};
    row.fields = std::move(fields);
    rows.push_back(std::move(row));
  }
  return rows;
}

void record_all(Client& client, const std::vector<Observation>& observations, std::size_t first, std::size_t count) {
  const Unsynced unsynced;
  for (std::size_t number = first; number < first + count; ++number) must("create", client.create(draft_of(observations, number)));
}

void import_all(Client& client, const std::vector<Observation>& observations, std::size_t first, std::size_t count) {
  const Unsynced unsynced;
  constexpr std::size_t kRowsAtOnce = 5000;
  for (std::size_t done = 0; done < count; done += kRowsAtOnce) {
    const auto rows = rows_of(observations, first + done, std::min(kRowsAtOnce, count - done));
    const ImportReport report = must("import", client.import_rows(rows, false, {}));
    if (report.created != rows.size()) give_up("import", std::to_string(report.created) + " of " + std::to_string(rows.size()) + " rows were taken");
  }
}

Draft draft_of(const std::vector<Observation>& observations, std::size_t number) {
  Draft draft = observations[number % observations.size()].draft();
  draft.id.reset();  // as on a device, where it is drawn
  return draft;
}

std::uint64_t bytes_in(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace haki::bench
