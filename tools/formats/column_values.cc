#include "formats/column_values.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "formats/injection.h"
#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"

namespace haki::formats {

namespace {

using Kind = CellValue::Kind;

CellValue value_of(std::string text) { return {Kind::kValue, std::move(text), ""}; }
CellValue words(std::string reason) { return {Kind::kWords, "", std::move(reason)}; }
CellValue refusal(std::string reason) { return {Kind::kRefused, "", std::move(reason)}; }

bool is_digit(char character) { return character >= '0' && character <= '9'; }

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

int small_number(std::string_view digits) {
  int number = 0;
  for (const char digit : digits.substr(0, 4)) number = number * 10 + (digit - '0');
  return number;
}

constexpr std::array<std::string_view, 12> kMonths{
    "january janvier januar enero januari",          "february fevrier februar febrero februari",
    "march mars marz maerz marzo machi",             "april avril abril aprili",
    "may mai mayo mei",                              "june juin juni junio",
    "july juillet juli julio julai",                 "august aout agosto agosti",
    "september septembre septiembre setiembre septemba sept", "october octobre oktober octubre oktoba",
    "november novembre noviembre novemba",           "december decembre dezember diciembre desemba"};

// The month whose name in one of five languages a word is or begins, by three letters at least; 0: none, or several.
int month_of(std::string_view word) {
  constexpr std::size_t kLettersMin = 3;
  const std::string key = name_key(word);
  if (key.size() < kLettersMin) return 0;
  int found = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    std::string_view names = kMonths[i];
    while (!names.empty()) {
      const std::size_t end = std::min(names.find(' '), names.size());
      const std::string_view name = names.substr(0, end);
      names.remove_prefix(std::min(end + 1, names.size()));
      if (name == key) return static_cast<int>(i) + 1;
      if (!name.starts_with(key)) continue;
      if (found != 0 && found != static_cast<int>(i) + 1) return 0;
      found = static_cast<int>(i) + 1;
      break;
    }
  }
  return found;
}

struct DateParts {
  int year = 0, month = 0, day = 0;
};

bool exists(const DateParts& date) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.year < 1000 || date.month < 1 || date.month > 12 || date.day < 1) return false;
  const bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  const int days = date.month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(date.month) - 1];
  return date.day <= days;
}

CellValue iso(const DateParts& date) {
  if (!exists(date)) return refusal("is a day that does not exist");
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", date.year, date.month, date.day);
  return value_of(text.data());
}

// Three numbers with one sign between them; of "31.12.2025" the sign is a point. None: it has another shape.
struct Numbers {
  std::array<std::string_view, 3> parts;
  char sign = 0;
};
std::optional<Numbers> numbers_of(std::string_view text) {
  Numbers numbers;
  const std::size_t first = text.find_first_of("/.-");
  if (first == std::string_view::npos) return std::nullopt;
  numbers.sign = text[first];
  const std::size_t second = text.find(numbers.sign, first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  numbers.parts = {trim(text.substr(0, first)), trim(text.substr(first + 1, second - first - 1)), trim(text.substr(second + 1))};
  for (const std::string_view part : numbers.parts) {
    if (!all_digits(part) || part.size() > 4) return std::nullopt;
  }
  return numbers;
}

// "31 December 2025", "31st of December 2025", "December 31, 2025", "1er janvier 2025". None: it has another shape.
std::optional<DateParts> date_in_words(std::string_view text) {
  DateParts date;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" ,.\n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty() || word == "of" || word == "de" || word == "du" || word == "le" || word == "del" || word == "the") continue;
    if (++count > 3) return std::nullopt;
    const std::size_t figures = std::min(word.find_first_not_of("0123456789"), word.size());
    const std::string_view rest = word.substr(figures);
    if (figures == 0) {
      if (date.month != 0 || (date.month = month_of(word)) == 0) return std::nullopt;
    } else if (figures == 4 && rest.empty() && date.year == 0) {
      date.year = small_number(word);
    } else if (figures <= 2 && date.day == 0 && (rest.empty() || rest == "st" || rest == "nd" || rest == "rd" || rest == "th" || rest == "er" || rest == "e" || rest == "º")) {
      date.day = small_number(word.substr(0, figures));
    } else {
      return std::nullopt;
    }
  }
  return count == 3 && date.year != 0 && date.month != 0 && date.day != 0 ? std::optional(date) : std::nullopt;
}

// A number without spaces and apostrophes between its digits, as thousands are parted in French and Swiss offices.
std::string without_gaps(std::string_view text) {
  constexpr std::string_view kGaps[] = {" ", "'", "\u00a0", "\u202f", "\u2009", "\u2019"};
  std::string closed;
  while (!text.empty()) {
    const auto gap = std::find_if(std::begin(kGaps), std::end(kGaps), [&](std::string_view one) { return text.starts_with(one); });
    const bool before = !closed.empty() && is_digit(closed.back());
    if (gap != std::end(kGaps) && before && text.size() > gap->size() && is_digit(text[gap->size()])) {
      text.remove_prefix(gap->size());
    } else if (text.starts_with("\u2212")) {  // a minus
      closed += '-';
      text.remove_prefix(3);
    } else {
      closed += text.front();
      text.remove_prefix(1);
    }
  }
  return closed;
}

// What a number's own signs say of the decimal mark: ',', '.', 0 where it has none or either may be, '!' where it is none.
struct NumberShape {
  char decimal = 0;
  bool open = false;  // "1,400": thousands or decimals
};
NumberShape shape_of(std::string_view text) {
  constexpr std::size_t kGroup = 3;
  const std::size_t commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
  const std::size_t points = static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
  if (commas + points == 0) return {};
  const std::size_t last = text.find_last_of(",.");
  const char mark = text[last];
  if (commas > 0 && points > 0) return {mark, false};
  const char other = mark == ',' ? '.' : ',';
  if (commas + points > 1) return {other, false};  // only thousands occur several times
  const std::size_t start = text.find_first_of("0123456789");
  const std::size_t before = start == std::string_view::npos || start > last ? 0 : last - start;
  const bool group = text.size() - last - 1 == kGroup && before >= 1 && before <= kGroup && text[start] != '0';
  return group ? NumberShape{mark, true} : NumberShape{mark, false};
}

// `text` with `decimal` as its decimal mark, in plain notation; empty where the thousands do not stand in threes.
std::string plain_number(std::string_view text, char decimal) {
  const char thousands = decimal == ',' ? '.' : ',';
  std::string plain;
  std::size_t since = 0;
  bool grouped = false, fraction = false;
  for (const char character : text) {
    if (character == thousands) {
      if (fraction || since == 0 || (grouped ? since != 3 : since > 3)) return "";
      grouped = true;
      since = 0;
    } else if (character == decimal) {
      if (fraction || (grouped && since != 3)) return "";
      fraction = true;
      plain += '.';
    } else {
      plain += character;
      if (is_digit(character)) ++since;
    }
  }
  return grouped && !fraction && since != 3 ? "" : plain;
}

bool is_plain_number(std::string_view text) {
  if (text.starts_with("-") || text.starts_with("+")) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  return all_digits(text.substr(0, point)) && (point == text.size() || all_digits(fraction));
}

CellValue truth(std::string_view text) {
  constexpr std::string_view kYes[] = {"yes", "y", "true", "1", "oui", "vrai", "ndiyo", "ja", "wahr", "si", "x"};
  constexpr std::string_view kNo[] = {"no", "n", "false", "0", "non", "faux", "hapana", "nein", "falsch"};
  const std::string key = name_key(text);
  if (std::find(std::begin(kYes), std::end(kYes), key) != std::end(kYes)) return value_of("yes");
  if (std::find(std::begin(kNo), std::end(kNo), key) != std::end(kNo)) return value_of("no");
  return words("says neither yes nor no");
}

// "lat, lon" with whatever sign between.
CellValue point(std::string_view text) {
  std::string plain;
  for (const char character : text) {
    const bool between = character == ',' || character == ';' || character == '|' || character == ' ';
    if (!between) plain += character;
    else if (!plain.empty() && plain.back() != ' ') plain += ' ';
  }
  const std::size_t space = plain.find(' ');
  if (space == std::string::npos || !is_plain_number(plain.substr(0, space)) || !is_plain_number(plain.substr(space + 1))) {
    return refusal("is no position; write latitude and longitude in degrees, such as -1.2921, 36.8219");
  }
  return value_of(plain);
}

}  // namespace

std::string text_of_cell(std::string_view cell) {
  std::string text;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const bool line_end = cell[i] == '\r' || cell[i] == '\v';
    if (cell[i] == '\r' && i + 1 < cell.size() && cell[i + 1] == '\n') ++i;
    text += line_end ? '\n' : cell[i];
  }
  return std::string(trim(original(text)));
}

std::vector<std::string> cell_elements(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";|\n"), text.size());
    const std::string_view element = without_bullet(trim(text.substr(0, end)));
    if (!element.empty()) add_once(elements, element);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return elements;
}

ColumnReader::ColumnReader(const Field& field) : field_(field) {
  const auto add = [&](std::string_view word, const std::string& code) {
    const auto [known, fresh] = codes_.emplace(name_key(word), code);
    if (!fresh && known->second != code) known->second.clear();
  };
  for (const Choice& choice : field.choices) {
    add(choice.code, choice.code);
    for (const auto& [language, label] : choice.label.by_language) add(label, choice.code);
    for (const std::string& word : choice.also) add(word, choice.code);
  }
}

void ColumnReader::look(std::string_view text) {
  if (field_.type == FieldType::kDate) {
    const auto numbers = numbers_of(text);
    if (!numbers || numbers->sign == '.' || numbers->parts[2].size() != 4) return;
    const int first = small_number(numbers->parts[0]), second = small_number(numbers->parts[1]);
    day_first_ = day_first_ || (first > 12 && second <= 12);
    month_first_ = month_first_ || (second > 12 && first <= 12);
  } else if (field_.type == FieldType::kInteger || field_.type == FieldType::kDecimal) {
    const NumberShape shape = shape_of(without_gaps(text));
    if (shape.open) return;
    comma_decimal_ = comma_decimal_ || shape.decimal == ',';
    point_decimal_ = point_decimal_ || shape.decimal == '.';
  }
}

CellValue ColumnReader::read(std::string_view text) const {
  switch (field_.type) {
    case FieldType::kText:
    case FieldType::kLink: return value_of(std::string(text));
    case FieldType::kInteger:
    case FieldType::kDecimal: return number(text);
    case FieldType::kBoolean: return truth(text);
    case FieldType::kDate: return date(text);
    case FieldType::kDateTime: return datetime(text);
    case FieldType::kChoice: return choice(text);
    case FieldType::kPoint: return point(text);
  }
  return value_of(std::string(text));
}

CellValue ColumnReader::date(std::string_view text) const {
  // A workbook's day with a time of day.
  if (text.size() > 10 && (text[10] == 'T' || text[10] == ' ') && text[4] == '-') text = text.substr(0, 10);
  if (const auto in_words = date_in_words(text)) return iso(*in_words);
  const auto numbers = numbers_of(text);
  if (!numbers) return words("is no date");
  const auto& parts = numbers->parts;
  if (parts[0].size() == 4) return iso({small_number(parts[0]), small_number(parts[1]), small_number(parts[2])});
  if (parts[2].size() != 4) return refusal("has a year without its four figures");
  const int first = small_number(parts[0]), second = small_number(parts[1]), year = small_number(parts[2]);
  const bool either = first <= 12 && second <= 12 && first != second;
  // With points the day comes first, wherever points are used.
  if (either && numbers->sign != '.' && day_first_ == month_first_) {
    return refusal("may be two days: write it as year-month-day, such as " + iso({year, second, first}).text + ", or with the month's name");
  }
  const bool month_leads = either ? month_first_ && numbers->sign != '.' : second > 12;
  return month_leads ? iso({year, first, second}) : iso({year, second, first});
}

CellValue ColumnReader::datetime(std::string_view text) const {
  const std::string plain(text);
  const bool has_offset = plain.size() > 16 && (plain.back() == 'Z' || plain.find_first_of("+-", 11) != std::string::npos);
  return has_offset ? value_of(plain) : refusal("is no time with its offset, such as 2020-11-04T09:30:00+03:00");
}

CellValue ColumnReader::number(std::string_view text) const {
  const std::string closed = without_gaps(text);
  const NumberShape shape = shape_of(closed);
  char decimal = shape.decimal == 0 ? '.' : shape.decimal;
  if (shape.open) {
    const bool whole = field_.type == FieldType::kInteger;
    if (!whole && comma_decimal_ && point_decimal_) return refusal("may be two numbers, as the column has both decimal commas and decimal points");
    const char mark = shape.decimal, other = mark == ',' ? '.' : ',';
    const bool settled = comma_decimal_ || point_decimal_;
    // Of whole numbers it parts thousands; with nothing to judge by, a comma does and a point does not.
    const bool thousands = whole || (settled ? (mark == ',' ? point_decimal_ : comma_decimal_) : mark == ',');
    decimal = thousands ? other : mark;
  }
  std::string plain = plain_number(closed, decimal);
  if (!is_plain_number(plain)) return words("is no number");
  if (plain.starts_with("+")) plain.erase(0, 1);
  if (field_.type == FieldType::kInteger) {
    const std::size_t at = plain.find('.');
    if (at != std::string::npos && plain.find_first_not_of('0', at + 1) != std::string::npos) return words("is no whole number");
    plain = plain.substr(0, at);
  }
  return value_of(plain);
}

CellValue ColumnReader::choice(std::string_view text) const {
  for (const Choice& one : field_.choices) {
    if (one.code == text) return value_of(one.code);
  }
  const auto known = codes_.find(name_key(text));
  if (known != codes_.end() && !known->second.empty()) return value_of(known->second);
  std::string codes;
  for (const Choice& one : field_.choices) codes += (codes.empty() ? "" : ", ") + one.code;
  if (known != codes_.end()) return refusal("is a word for several of " + codes);
  return words("is none of " + codes);
}

}  // namespace haki::formats
