// Goal: the SQL that the client really sends is answered through the sealed files as SQLite answers it in plain memory.
// Method: every statement of a session is recorded with its values as it runs (by SQLite's own trace, from the making of the home
// on); then all run again, on a sealed store that is closed and opened, checkpointed and starved of cache in between, and on SQLite's
// in-memory database. Every outcome and every row is compared.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "plain.h"
#include "session.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::test {
namespace {

std::vector<std::string>* recorded = nullptr;  // SQLite's trace is wished for before there is a connection to give a context to

int record_statement(unsigned, void*, void* statement, void* unexpanded) {
  // What a trigger does, and the search index to its own tables, comes by itself when the statement that caused it runs again.
  const std::string_view words = static_cast<const char*>(unexpanded);
  const bool by_itself = words.starts_with("--") || words.find("'main'.'search_") != std::string_view::npos ||
                         words.find("\"main\".\"search_") != std::string_view::npos;
  // Settings of the connection: each of the two has its own.
  const bool setting = words.starts_with("PRAGMA") && words.find("user_version") == std::string_view::npos;
  if (by_itself || setting || recorded == nullptr) return 0;
  char* const sql = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
  if (sql != nullptr) recorded->emplace_back(sql);
  sqlite3_free(sql);
  return 0;
}

int trace_connection(sqlite3* connection, const char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, &record_statement, nullptr);
}

// The statements of a home that is made, filled, exchanged and closed. libsodium is fed from `chance` from here on.
std::vector<std::string> statements_of_a_session(simulation::Chance& chance) {
  std::vector<std::string> statements;
  store::TemporaryFolder folder;
  simulation::feed_sodium(chance);
  simulation::TrueClock clock;
  simulation::Coverage coverage;
  simulation::SimServer server(folder.path("server"), clock, chance, coverage);  // its connection is open already
  Phone phone(server, clock, chance);
  const auto extension = reinterpret_cast<void (*)()>(&trace_connection);
  recorded = &statements;
  EXPECT_EQ(sqlite3_auto_extension(extension), SQLITE_OK);
  std::string words;
  auto founded = client::Entrance(phone.around)
                     .found({kHome, kPassphrase, simulation::SimServer::kUrl, server.token(), "coalition", "Achieng", "CSO"}, words);
  EXPECT_OK(founded);
  if (founded) phone.client = std::move(*founded);
  for (const Step& step : offline_steps()) {
    if (!phone.client) break;
    clock.pass(60'000);
    EXPECT_OK(step.run(*phone.client)) << step.kind;
  }
  if (phone.client) {
    EXPECT_OK(phone.client->sync({}));
  }
  sqlite3_cancel_auto_extension(extension);
  phone.client.reset();
  recorded = nullptr;
  return statements;
}

TEST(Replay, TheClientsOwnStatementsAnswerAsPlainSqliteDoes) {
  simulation::Chance chance(3);
  const std::vector<std::string> statements = statements_of_a_session(chance);
  ASSERT_GT(statements.size(), 1000u);
  store::MemoryDisk disk;
  auto sealed = store::create_store(disk);
  ASSERT_OK(sealed);
  store::Plain plain;
  ASSERT_EQ(plain.answer("PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"), "1|\n");
  std::size_t rows = 0, pauses = 0, reopened = 0;
  for (std::size_t at = 0; at < statements.size(); ++at) {
    const std::string expected = plain.answer(statements[at]);
    ASSERT_EQ(store::answer(**sealed, statements[at]), expected) << "statement " << at << ": " << statements[at];
    rows += static_cast<std::size_t>(std::count(expected.begin(), expected.end(), '\n'));
    if (at % 7 != 0 || (*sealed)->in_transaction()) continue;
    ++pauses;
    const auto temporary = (*sealed)->number("SELECT count(*) FROM sqlite_temp_schema");
    if (pauses % 2 == 0 && temporary && *temporary == 0) {  // views for questions would not survive
      ++reopened;
      sealed->reset();
      sealed = store::open_store(disk);
      ASSERT_OK(sealed);
    } else {
      ASSERT_OK((*sealed)->execute(pauses % 3 == 0 ? "PRAGMA cache_size=8" : "PRAGMA wal_checkpoint(PASSIVE)"));
    }
  }
  ASSERT_OK((*sealed)->check());
  EXPECT_EQ((*sealed)->counters().damaged, 0u);
  EXPECT_GT(reopened, 3u);
  std::printf("  %zu statements, %zu rows answered, closed and opened %zu times\n", statements.size(), rows, reopened);
}

}  // namespace
}  // namespace haki::test
