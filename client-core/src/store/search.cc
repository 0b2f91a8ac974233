#include "store/search.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "store/search_entries.h"

namespace haki::store {
namespace {

constexpr std::size_t kWordsPerQueryMax = 32;

bool is_dropped(utf8proc_int32_t c) {
  return (c >= 0x064B && c <= 0x065F) || c == 0x0670 || c == 0x0640 || c == 0x200C || c == 0x200D;
}

utf8proc_int32_t folded_arabic(utf8proc_int32_t c) {
  switch (c) {
    case 0x0622: case 0x0623: case 0x0625: case 0x0671: return 0x0627;  // alef with madda, hamza, wasla
    case 0x0649: return 0x064A;                                         // alef maksura
    case 0x0629: return 0x0647;                                         // ta marbuta
    default: return c;
  }
}

void append_utf8(std::string& to, utf8proc_int32_t c) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(c, bytes);
  to.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

// The word parts of normalised text, as the index's tokenizer sees them: letters, digits, marks, private use.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t c = 0;
    const auto used = utf8proc_iterate(at, left, &c);
    if (used <= 0) break;
    const auto category = utf8proc_category(c);
    const bool letter = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_MC) ||
                        (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) ||
                        category == UTF8PROC_CATEGORY_CO;
    if (letter) {
      word.append(reinterpret_cast<const char*>(at), static_cast<std::size_t>(used));
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
    at += used;
    left -= used;
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// The word without the Arabic article, or empty where it has none (or hardly anything else).
std::string_view without_article(std::string_view word) {
  constexpr std::string_view kArticle = "\u0627\u0644";
  return word.starts_with(kArticle) && word.size() >= kArticle.size() + 4 ? word.substr(kArticle.size()) : std::string_view();
}

std::string quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

std::string query_for(const std::vector<std::string>& words) {
  std::string query;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string star = i + 1 == words.size() ? "*" : "";
    if (i > 0) query += " AND ";
    const std::string_view bare = without_article(words[i]);
    query += bare.empty() ? quoted(words[i]) + star : "(" + quoted(words[i]) + star + " OR " + quoted(bare) + star + ")";
  }
  return query;
}

void append_searched(std::string& text, const changes::RecordState& merged, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (!field.searched) continue;
    const changes::FieldState* state = merged.field(field.id, field.set);
    if (state == nullptr) continue;
    // Every standing value is found, also the one that is not shown while a conflict waits.
    for (const changes::Sibling& sibling : state->siblings) text.append(to_text(sibling.value)).append("\n");
  }
}

}  // namespace

std::string normalize_for_search(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_CASEFOLD));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  if (length < 0) return std::string(text);  // not UTF-8: validation keeps that out; searched as it is
  std::string normal;
  normal.reserve(static_cast<std::size_t>(length));
  for (utf8proc_ssize_t at = 0; at < length;) {
    utf8proc_int32_t c = 0;
    at += utf8proc_iterate(owned.get() + at, length - at, &c);
    if (!is_dropped(c)) append_utf8(normal, folded_arabic(c));
  }
  return normal;
}

std::string searched_text(const changes::RecordState& state, const std::vector<Field>& fields) {
  std::string text;
  append_searched(text, state, fields);
  text = normalize_for_search(text);
  std::string bare;
  for (const std::string& word : words_of(text)) {
    if (const auto rest = without_article(word); !rest.empty()) bare.append(" ").append(rest);
  }
  return text + bare;
}

Result<> Search::catch_up() {
  bool any = false;
  const auto index = [&](std::int64_t no) {
    any = true;
    return index_row(no);
  };
  HAKI_TRY(indexing_.catch_up(Indexing::Kind::kText, index));
  if (!any) return {};
  std::optional<Transaction> transaction;
  if (!database_.in_transaction()) {
    transaction.emplace(database_);
    HAKI_TRY(transaction->started());
  }
  HAKI_ASSIGN(const bool again, SearchEntries(database_).start_over_if_due());
  if (transaction) HAKI_TRY(transaction->commit());
  return again ? indexing_.catch_up(Indexing::Kind::kText, index) : Result<>();
}

Result<> Search::forget_removed() { return database_.run("INSERT INTO search (search) VALUES ('optimize')"); }

Result<> Search::index_row(std::int64_t no) {
  HAKI_ASSIGN(const std::optional<RecordRow> record, records_.load_row(no));
  const std::vector<Field>* fields = record && !record->hidden ? forms_.find(record->merged.form).fields() : nullptr;
  return SearchEntries(database_).put(no, fields != nullptr ? searched_text(record->merged, *fields) : std::string());
}

Result<std::vector<std::int64_t>> Search::find(std::string_view text, std::size_t limit) {
  std::vector<std::string> words = words_of(normalize_for_search(text));
  if (words.empty()) return Error{Code::kInvalid, "There is no word to search for in what was typed."};
  if (words.size() > kWordsPerQueryMax) words.resize(kWordsPerQueryMax);
  HAKI_TRY(catch_up());
  std::vector<std::int64_t> found;
  Statement rows = database_.prepare(
      "SELECT DISTINCT coalesce(record.parent, record.no) FROM search JOIN search_entry ON search_entry.entry = search.rowid "
      "JOIN record ON record.no = search_entry.record WHERE search MATCH ?1 AND record.hidden = 0 ORDER BY search.rank, record.no LIMIT ?2");
  const std::string query = query_for(words);
  rows.bind_all(std::string_view(query), limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(limit));
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return found;
    found.push_back(rows.integer(0));
  }
}

}  // namespace haki::store
