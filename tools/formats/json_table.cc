#include "formats/json_table.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace haki::formats {

namespace {

using Json = nlohmann::json;

constexpr int kJsonDepthMax = 64;

enum class ScalarKind { kNull, kBare, kQuoted };

// The events of nlohmann-json with their depth. An event that answers false ends the parsing.
class JsonEvents : public Json::json_sax_t {
 public:
  bool null() override { return scalar("", ScalarKind::kNull); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false", ScalarKind::kBare); }
  bool number_integer(std::int64_t value) override { return scalar(std::to_string(value), ScalarKind::kBare); }
  bool number_unsigned(std::uint64_t value) override { return scalar(std::to_string(value), ScalarKind::kBare); }
  bool number_float(double, const std::string& written) override { return scalar(written, ScalarKind::kBare); }
  bool string(std::string& value) override { return scalar(value, ScalarKind::kQuoted); }
  bool binary(Json::binary_t&) override { return false; }  // not in JSON
  bool start_object(std::size_t) override { return open('{'); }
  bool start_array(std::size_t) override { return open('['); }
  bool end_object() override { return close('}'); }
  bool end_array() override { return close(']'); }
  bool key(std::string& name) override {
    on_member(name);
    return !failure_;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    fail(Failure::kDamagedJson);
    return false;
  }

  std::optional<Failure> failure() const { return failure_; }

 protected:
  // `depth()` is how many objects and arrays stand open around it, itself not counted.
  virtual void on_scalar(std::string_view text, ScalarKind kind) = 0;
  virtual void on_open(char bracket) = 0;
  virtual void on_close(char bracket) = 0;
  virtual void on_member(const std::string& name) = 0;

  int depth() const { return depth_; }
  void fail(Failure failure) {
    if (!failure_) failure_ = failure;
  }

 private:
  bool scalar(std::string_view text, ScalarKind kind) {
    on_scalar(text, kind);
    return !failure_;
  }
  bool open(char bracket) {
    if (depth_ == kJsonDepthMax) fail(Failure::kNesting);
    if (failure_) return false;
    on_open(bracket);
    ++depth_;
    return !failure_;
  }
  bool close(char bracket) {
    --depth_;
    on_close(bracket);
    return !failure_;
  }

  int depth_ = 0;
  std::optional<Failure> failure_;
};

// The names of members in order of first appearance.
class MemberNames {
 public:
  // No more than `names_max` and one, which is enough to know that there are too many.
  void add(const std::string& name, std::size_t names_max) {
    if (names_.size() > names_max || !columns_.emplace(name, names_.size()).second) return;
    names_.push_back(name);
  }
  const std::vector<std::string>& names() const { return names_; }
  std::size_t column_of(const std::string& name) const { return columns_.at(name); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> columns_;
};

// Where the records are and what their members are called.
struct JsonShape {
  int record_depth = 0;           // what stands open within a record, itself included
  std::size_t member_number = 0;  // of the outer object: in which member they are; 0 where that is no question
  MemberNames header;
};

// The first reading: finds the shape.
class JsonSurvey final : public JsonEvents {
 public:
  explicit JsonSurvey(std::size_t columns_max) : columns_max_(columns_max) {}

  std::uint64_t records() const { return records_; }

  // Nothing where the file is no list of records; `blank` says whether it is an empty list.
  std::optional<JsonShape> shape(bool& blank) const {
    blank = root_ == '[' && list_.is_list() && list_.records == 0;
    if (root_ == '[' && list_.is_list() && list_.records > 0) return JsonShape{2, 0, list_.names};
    if (root_ != '{' || lists_found_ > 1) return std::nullopt;
    if (lists_found_ == 1) return JsonShape{3, found_.member_number, found_.names};
    return JsonShape{1, 0, root_names_};
  }

 private:
  struct List {
    bool objects_only = true;
    std::uint64_t records = 0;
    std::size_t member_number = 0;
    MemberNames names;

    bool is_list() const { return objects_only; }
  };

  void on_scalar(std::string_view, ScalarKind) override {
    if (list_depth_ > 0 && depth() == list_depth_) list_.objects_only = false;
  }

  void on_open(char bracket) override {
    if (depth() == 0) root_ = bracket;
    const bool is_element = list_depth_ > 0 && depth() == list_depth_;
    if (is_element && bracket == '[') list_.objects_only = false;
    if (is_element && bracket == '{') {
      ++list_.records;
      ++records_;
    }
    const bool begins_list = bracket == '[' && list_depth_ == 0 && (depth() == 0 || (depth() == 1 && root_ == '{'));
    if (!begins_list) return;
    list_ = List{};
    list_.member_number = members_;
    list_depth_ = depth() + 1;
  }

  void on_close(char) override {
    if (list_depth_ != 2 || depth() != 1) return;
    list_depth_ = 0;
    if (!list_.objects_only || list_.records == 0) return;
    if (++lists_found_ == 1) found_ = std::move(list_);
  }

  void on_member(const std::string& name) override {
    if (depth() == 1) {
      ++members_;
      root_names_.add(name, columns_max_);
    }
    if (list_depth_ > 0 && depth() == list_depth_ + 1) list_.names.add(name, columns_max_);
  }

  std::size_t columns_max_;
  char root_ = '\0';
  int list_depth_ = 0;       // what stands open within the list under way; 0: none is
  std::size_t members_ = 0;  // of the outer object, so far
  std::uint64_t records_ = 0;
  std::size_t lists_found_ = 0;
  MemberNames root_names_;
  List list_;
  List found_;
};

// The text of one value: itself, or its elements one a line where it is an array of scalars, else compact JSON.
class JsonCell {
 public:
  explicit JsonCell(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void clear() { *this = JsonCell(bytes_max_); }
  void scalar(std::string_view text, ScalarKind kind) {
    put_comma();
    if (opened_) put(compact_, kind == ScalarKind::kNull ? "null" : (kind == ScalarKind::kQuoted ? Json(text).dump() : std::string(text)));
    comma_ = true;
    if (text.empty()) return;
    if (!lines_.empty()) put(lines_, "\n");
    put(lines_, text);
  }
  void open(char bracket) {
    if (bracket == '{' || opened_) scalars_only_ = false;
    opened_ = true;
    put_comma();
    put(compact_, {&bracket, 1});
    comma_ = false;
  }
  void close(char bracket) {
    put(compact_, {&bracket, 1});
    comma_ = true;
  }
  void member(const std::string& name) {
    put_comma();
    put(compact_, Json(name).dump() + ":");
    comma_ = false;
  }
  const std::string& text() const { return scalars_only_ ? lines_ : compact_; }

 private:
  void put_comma() {
    if (comma_) put(compact_, ",");
  }
  // What is longer than a cell may be is refused; no use in gathering the rest.
  void put(std::string& text, std::string_view piece) const {
    if (text.size() <= bytes_max_) text += piece;
  }

  std::size_t bytes_max_;
  bool opened_ = false;
  bool scalars_only_ = true;
  bool comma_ = false;
  std::string lines_;
  std::string compact_;
};

// The second reading: writes the records.
class JsonRows final : public JsonEvents {
 public:
  JsonRows(const JsonShape& shape, TableWriter& table) : shape_(shape), table_(table), cell_(table.limits().cell_bytes) {}

 private:
  bool at_value() const { return in_record_ && depth() == shape_.record_depth; }

  void on_scalar(std::string_view text, ScalarKind kind) override {
    if (!in_record_) return;
    cell_.scalar(text, kind);
    if (at_value()) put_cell();
  }

  void on_open(char bracket) override {
    if (in_record_) return cell_.open(bracket);
    const bool in_list = shape_.member_number == 0 || shape_.member_number == members_;
    if (bracket != '{' || depth() != shape_.record_depth - 1 || !in_list) return;
    in_record_ = true;
    table_.begin_row(++row_);
  }

  void on_close(char bracket) override {
    if (!in_record_) return;
    if (depth() >= shape_.record_depth) {
      cell_.close(bracket);
      if (at_value()) put_cell();
      return;
    }
    in_record_ = false;
    table_.fill_to_header();
    table_.end_row();
    if (table_.failed()) fail(Failure::kRows);  // the table knows its reason; this only ends the parsing
  }

  void on_member(const std::string& name) override {
    if (depth() == 1) ++members_;
    if (!in_record_) return;
    if (depth() > shape_.record_depth) return cell_.member(name);
    column_ = shape_.header.column_of(name);
    cell_.clear();
  }

  void put_cell() { table_.cell_at(column_, cell_.text()); }

  const JsonShape& shape_;
  TableWriter& table_;
  JsonCell cell_;
  bool in_record_ = false;
  std::uint64_t row_ = 1;  // the header's
  std::size_t members_ = 0;
  std::size_t column_ = 0;
};

bool put_header(const MemberNames& header, TableWriter& table) {
  table.begin_row(1);
  for (const std::string& name : header.names()) table.cell(name);
  table.end_row();
  if (!table.has_header()) table.fail(Failure::kJsonShape);
  return !table.failed();
}

}  // namespace

void write_json_table(std::string_view text, TableWriter& table) {
  JsonSurvey survey(table.limits().columns);
  Json::sax_parse(text.begin(), text.end(), &survey);
  bool blank = false;
  const auto shape = survey.shape(blank);
  table.facts("json", "", "JSON is always written in UTF-8");
  if (survey.failure()) {
    table.begin_row(survey.records() + 1);
    table.fail(*survey.failure());
  } else if (!shape) {
    table.fail(blank ? Failure::kBlank : Failure::kJsonShape);
  } else if (put_header(shape->header, table)) {
    JsonRows rows(*shape, table);
    Json::sax_parse(text.begin(), text.end(), &rows);
  }
  table.finish("none", Failure::kBlank);
}

}  // namespace haki::formats
