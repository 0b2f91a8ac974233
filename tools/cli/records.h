// Records as output: the keys of the contract, and the text a person reads.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/output.h"
#include "haki/client.h"

namespace haki::cli {

Output value_output(const Value& value);

// The forms a command meets, so that labels can be shown. Reads them once.
class Forms {
 public:
  static Result<Forms> of(Client& client);
  const Form* form(std::string_view name) const;

 private:
  std::vector<Form> forms_;
};

// The keys of the contract: id, form, state, fields, conflicts, by, organisation, at; and more.
Output record_output(const RecordView& record, const Forms& forms);

// One record, a label a line, in `language`.
std::string record_text(const Output& record, const Forms& forms, const std::string& language);
// A table: id, form, title, state, who, when, where it has got to.
std::string records_text(const Output::Array& records, const Forms& forms, const Context& context);

// Words of the review states and of whereabouts, as people read them.
std::string state_in_words(const std::string& state);
std::string whereabouts_in_words(const std::string& whereabouts);

// The shortest beginning, of at least 8 digits, that tells these ids apart.
std::size_t id_digits(const Output::Array& records, std::string_view key = "id");

// Finds and prints: what `list`, `search`, `review queue` and the lists of recommendations share.
Result<ExitCode> print_records(Context& context, const std::vector<RecordView>& records, std::string_view when_empty);
// Reads the record again and prints it: as JSON in full, else the id alone.
Result<ExitCode> print_changed(Context& context, const RecordId& record);

// The records named by the words of `ids`, each by its id or a unique beginning of it.
Result<std::vector<RecordId>> find_records(Client& client, const std::vector<std::string>& ids);

}  // namespace haki::cli
