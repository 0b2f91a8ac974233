// What bringing a whole country's lists in costs beside the least it could: reading the file and inserting its rows.
//
//   bench-import --server URL --token T --home DIR --rows N
//     Writes N recommendations as UPR Info's export has them (8,000 are asked for), then in one run: reads the file in its
//     child process; reads it and inserts the rows, one table without an index, in one durable transaction of a sealed
//     store; reads it and imports it into a fresh coalition; once more, when nothing is new; and once more with
//     another answer in four rows of five.
#include <filesystem>
#include <fstream>

#include "cli/prepared_import.h"
#include "crypto/hash.h"
#include "haki/client.h"
#include "measure.h"
#include "store/database.h"

namespace haki::bench {
namespace {

void write_export(const std::string& path, std::size_t rows, const std::string& answer = "Accepted") {
  const char* issues[] = {"Women's rights", "Rights of the Child", "Justice", "Right to education", "Migrants", "Detention"};
  const char* states[] = {"Algeria", "Brazil", "Canada", "Denmark", "Egypt", "France", "Ghana"};
  std::ofstream file(path);
  file << "To,To-Rgrp,To-Org,Text,From,From-Rgrp,From-Org,Response,Action,Issue,Session\n";
  for (std::size_t i = 0; i < rows; ++i) {
    file << "Kenya,Africa,\"AU, Commonwealth\",\"Take step " << i << " towards the rights that recommendation " << i * 7919 % 100000
         << " is about, in law and in practice, and report on it to the Council before the next review of the country\"," << states[i % 7]
         << ",Africa,\"AU, OIC\"," << (i % 5 == 0 ? "Noted" : answer) << "," << i % 5 + 1 << ",\"" << issues[i % 6] << "," << issues[(i + 1) % 6] << "\","
         << 8 + i % 30 << "\n";
  }
}

cli::PreparedImport read(const std::string& path) { return must("read", cli::read_recommendation_file(path)); }

void insert_plainly(const std::string& folder, const std::vector<ImportRow>& rows) {
  store::PosixDisk disk;
  const Bytes secret(32, 7);
  const crypto::StoreKey key(secret);
  const auto database = must("store", store::Database::create({folder + "/plain.db", key, {}, disk}));
  must("table", database->execute("CREATE TABLE plain (no INTEGER PRIMARY KEY, identity TEXT, fields TEXT)"));
  store::Transaction transaction(*database);
  for (const ImportRow& row : rows) {
    std::string fields;
    for (const FieldInput& field : row.fields) fields += field.field + "\t" + field.text + "\n";
    must("insert", database->run("INSERT INTO plain (identity, fields) VALUES (?, ?)", row.identity.front(), fields));
  }
  must("commit", transaction.commit());
}

void measure_import(const Arguments& given) {
  const std::string folder = given.text("home"), path = folder + "/export.csv";
  std::filesystem::create_directories(folder);
  const std::size_t count = given.number("rows");
  write_export(path, count);
  std::string words;
  const auto client = must("found", Client::found({folder + "/lead", "bench bench bench", given.text("server"), given.text("token"), "Bench", "Lead", "Bench"}, words));
  read(path);  // once, so that the file is in memory for all

  const Stopwatch reading;
  read(path);
  say("import_read", reading.seconds(), "s");

  const Stopwatch plain;
  insert_plainly(folder, read(path).rows);
  const double least = plain.seconds(), least_processor = plain.processor_seconds();
  say("import_plain", least, "s");

  const Stopwatch import;
  const ImportReport report = must("import", client->import_rows(read(path).rows, false, {}));
  const double ours = import.seconds(), ours_processor = import.processor_seconds();
  if (report.created != count) give_up("import", "it made " + std::to_string(report.created));
  say("import_rows", ours, "s");
  say("import_times_plain", ours / least, "times");
  say("import_times_plain_processor", ours_processor / least_processor, "times");

  const Stopwatch again;
  const ImportReport second = must("import again", client->import_rows(read(path).rows, false, {}));
  if (second.unchanged != count) give_up("import again", "it changed something");
  say("import_again", again.seconds(), "s");

  write_export(path, count, "Supported/Noted");
  const Stopwatch corrected;
  const ImportReport third = must("import corrected", client->import_rows(read(path).rows, false, {}));
  if (third.updated != count - (count + 4) / 5 || !third.kept.empty()) give_up("import corrected", "it changed " + std::to_string(third.updated));
  say("import_corrected", corrected.seconds(), "s");
  say("import_corrected_processor", corrected.processor_seconds(), "s");
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) { haki::bench::measure_import(haki::bench::Arguments(argument_count, arguments)); }
