#include "formats/labels.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "formats/injection.h"
#include "formats/text_encoding.h"

namespace haki::formats {

namespace {

constexpr int kSessionMax = 999;

// UPR Info's issue labels, as its database spells them, sorted. No label has a comma; hyphens belong to the label.
constexpr std::array<std::string_view, 54> kIssues{
    "Asylum-seekers - refugees",
    "CP rights - general",
    "Civil society",
    "Corruption",
    "Counter-terrorism",
    "Death penalty",
    "Detention",
    "Development",
    "Disabilities",
    "ESC rights - general",
    "Elections",
    "Enforced disappearances",
    "Environment",
    "Extrajudicial executions",
    "Freedom of association and peaceful assembly",
    "Freedom of movement",
    "Freedom of opinion and expression",
    "Freedom of religion and belief",
    "Freedom of the press",
    "General",
    "HIV - Aids",
    "Human rights defenders",
    "Human rights education and training",
    "Human rights violations by state agents",
    "Impunity",
    "Indigenous peoples",
    "Internally displaced persons",
    "International humanitarian law",
    "International instruments",
    "Justice",
    "Labour",
    "Migrants",
    "Minorities",
    "NHRI",
    "National plan of action",
    "Other",
    "Poverty",
    "Public security",
    "Racial discrimination",
    "Right to education",
    "Right to food",
    "Right to health",
    "Right to housing",
    "Right to land",
    "Right to water",
    "Rights of the Child",
    "Sexual Orientation and Gender Identity",
    "Special procedures",
    "Technical assistance and cooperation",
    "Torture and other CID treatment",
    "Trafficking",
    "Treaty bodies",
    "UPR process",
    "Women's rights",
};
static_assert(std::is_sorted(kIssues.begin(), kIssues.end()));

constexpr std::array<std::string_view, 6> kRegionalGroups{"Africa", "Asia", "EEG", "GRULAC", "Observer", "WEOG"};
constexpr std::array<std::string_view, 12> kOrganisations{"ACS", "AL",  "ASEAN", "AU",  "CIS", "Commonwealth",
                                                          "EU",  "OAS", "OEI",   "OIC", "OIF", "PIF"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kPositions{{
    {"", "pending"},
    {"aceptada", "supported"},
    {"accepted", "supported"},
    {"accepte", "supported"},  // acceptée, its accent aside
    {"note", "noted"},         // notée
    {"noted", "noted"},
    {"partiallyaccepted", "partly_supported"},
    {"partiallysupported", "partly_supported"},
    {"partlysupported", "partly_supported"},
    {"pending", "pending"},
    {"pledge", "pledge"},
    {"priseennote", "noted"},
    {"soutenue", "supported"},
    {"supported", "supported"},
    {"supportedinpart", "partly_supported"},
    {"supportednoted", "partly_supported"},
    {"voluntarypledge", "pledge"},
    {"voluntarypledges", "pledge"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities{
    {{"amp", "&"}, {"apos", "'"}, {"gt", ">"}, {"lt", "<"}, {"quot", "\""}}};

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r' || character == '\v';
}

constexpr std::array<std::string_view, 12> kTreatyBodies{"CAT", "CCPR", "CED",  "CEDAW",  "CERD", "CESCR",
                                                         "CMW", "CRC",  "CRPD", "HRCTTE", "SPT",  "CAT-OP"};
constexpr std::array<std::string_view, 4> kTreatyBodyWords{"Committee", "Subcommittee", "Sub-Committee",
                                                           "Human Rights Committee"};
constexpr std::array<std::string_view, 6> kProcedures{
    "SR", "WG", "IE", "Special Rapporteur", "Working Group", "Independent Expert"};
constexpr std::array<std::string_view, 5> kMechanisms{"upr", "treaty_body", "special_procedure", "regional",
                                                      "national"};

// Whether `text` is the word, or goes on after it with something that is no small letter ("SR Torture", "WGAD").
bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || text[word.size()] < 'a' || text[word.size()] > 'z');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

char small(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

// "&#40;", "&#x28;" or a named entity without & and ;. Nothing for what is none, or stands for a control character.
std::optional<std::string> entity(std::string_view name) {
  for (const auto& [known, text] : kEntities) {
    if (known == name) return std::string(text);
  }
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10ffff) return std::nullopt;
  std::string text;
  append_utf8(text, code);
  return text;
}

}  // namespace

std::optional<std::string> position_of(std::string_view label) {
  // Only a label that is blank as written is pending: one made of signs alone ("?") is a label we do not know.
  const std::string key = header_key(label);
  if (key.empty() && !trimmed(label).empty()) return std::nullopt;
  for (const auto& [known, position] : kPositions) {
    if (known == key) return std::string(position);
  }
  return std::nullopt;
}

std::optional<int> session_of(std::string_view text) {
  std::string_view rest = trimmed(text);
  constexpr std::string_view kWord = "session";
  if (header_key(rest).starts_with(kWord) && rest.size() > kWord.size()) rest = trimmed(rest.substr(kWord.size()));
  int session = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), session);
  if (error != std::errc() || session < 1 || session > kSessionMax) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  const bool plain = rest.empty() || rest == ".0" || rest == "st" || rest == "nd" || rest == "rd" || rest == "th";
  return plain ? std::optional<int>(session) : std::nullopt;
}

int cycle_of(int session) {
  if (session < 1 || session > 54) return 0;
  return session <= 12 ? 1 : (session <= 26 ? 2 : (session <= 40 ? 3 : 4));
}

std::string mechanism_of(std::string_view body) {
  const std::string_view name = trimmed(body);
  const auto begins = [&](std::string_view word) { return begins_with_word(name, word); };
  if (name.empty()) return "";
  if (std::find(kMechanisms.begin(), kMechanisms.end(), name) != kMechanisms.end()) return std::string(name);
  if (begins("UPR") || header_key(name).starts_with("universalperiodicreview")) return "upr";
  if (std::find(kTreatyBodies.begin(), kTreatyBodies.end(), name) != kTreatyBodies.end() ||
      std::any_of(kTreatyBodyWords.begin(), kTreatyBodyWords.end(), begins)) {
    return "treaty_body";
  }
  return std::any_of(kProcedures.begin(), kProcedures.end(), begins) ? "special_procedure" : "other";
}

bool is_known_issue(std::string_view label) { return std::binary_search(kIssues.begin(), kIssues.end(), label); }

bool is_known_regional_group(std::string_view label) {
  return std::find(kRegionalGroups.begin(), kRegionalGroups.end(), label) != kRegionalGroups.end();
}

bool is_known_organisation(std::string_view label) {
  return std::find(kOrganisations.begin(), kOrganisations.end(), label) != kOrganisations.end();
}

std::string plain_text(std::string_view cell) {
  constexpr std::size_t kEntityBytesMax = 10;
  std::string text;
  text.reserve(cell.size());
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char character = cell[i];
    if (character == '\r' || character == '\v') {
      text.push_back('\n');
      if (character == '\r' && i + 1 < cell.size() && cell[i + 1] == '\n') ++i;
      continue;
    }
    if (character == '&') {
      const std::size_t length = cell.substr(i + 1, kEntityBytesMax).find(';');
      const auto undone = length == std::string_view::npos ? std::nullopt : entity(cell.substr(i + 1, length));
      if (undone) {
        text.append(*undone);
        i += length + 1;
        continue;
      }
    }
    text.push_back(character);
  }
  return original(trimmed(text));  // an export may have kept it from being taken for a formula
}

std::vector<std::string> split_labels(std::string_view text, char separator) {
  std::vector<std::string> labels;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find(separator);
    const std::string_view label = trimmed(rest.substr(0, end));
    if (!label.empty() && std::find(labels.begin(), labels.end(), label) == labels.end()) labels.emplace_back(label);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return labels;
}

std::string with_single_spaces(std::string_view text) {
  std::string single;
  single.reserve(text.size());
  for (const char character : trimmed(text)) {
    if (!is_space(character)) {
      single.push_back(character);
    } else if (single.back() != ' ') {
      single.push_back(' ');
    }
  }
  return single;
}

std::string header_key(std::string_view cell) {
  std::string key;
  for (const char character : cell) {
    const char letter = small(character);
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) key.push_back(letter);
  }
  return key;
}

}  // namespace haki::formats
