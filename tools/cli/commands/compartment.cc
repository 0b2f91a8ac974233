// compartment list, new, grant, withdraw, close.
#include "cli/commands/all.h"
#include "cli/commands/sync.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

// What a person calls them.
std::string kind_in_words(const std::string& kind) {
  if (kind == "shared") return "shared with all";
  if (kind == "notebook") return "notebook";
  if (kind == "leads") return "leads";
  return kind;
}

std::string list_text(const Output::Array& compartments) {
  const std::size_t digits = id_digits(compartments);
  Table table({"Id", "Kind", "Name", "Readers", "Key", ""});
  for (const Output& one : compartments) {
    std::vector<std::string> readers;
    for (const Output& reader : one["readers"].array()) readers.push_back(reader.text());
    const bool may_read = one["may_read"].truth();
    table.row({one["id"].text().substr(0, digits), kind_in_words(one["kind"].text()),
               one["name"].text().empty() ? (may_read ? "" : "(you are not in it)") : one["name"].text(), listed(readers),
               one["epoch"].number() == 0 ? "" : std::to_string(one["epoch"].number()),
               one["closed"].truth() ? "closed" : ""});
  }
  return table.text();
}

Result<ExitCode> run_compartment_list(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<CompartmentView> compartments, context.client().trust().compartments());
  Output::Array outputs;
  for (const CompartmentView& one : compartments) {
    outputs.push_back(Output::object({{"id", to_hex(one.id)},
                                      {"kind", one.kind},
                                      {"name", one.name},
                                      {"district", one.code},
                                      {"readers", Output::strings(one.readers)},
                                      {"writers", Output::strings(one.writers)},
                                      {"epoch", static_cast<std::uint64_t>(one.epoch)},
                                      {"may_read", one.may_read},
                                      {"may_write", one.may_write},
                                      {"closed", one.closed}}));
  }
  context.print_list(outputs, list_text, "Nothing is known here yet. It comes with haki sync.");
  return ExitCode::kDone;
}

Result<ExitCode> run_compartment_new(Context& context, const Arguments& arguments) {
  NewCompartmentOptions options;
  options.name = arguments.one("NAME");
  options.district = arguments.one("--district");
  options.readers = arguments.all("--reader");
  options.writers = arguments.all("--writer");
  HAKI_ASSIGN(const std::string what, context.client().trust().open_compartment(options));
  return say_decided(context, what);
}

Result<ExitCode> run_compartment_grant(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::string what, context.client().trust().share(arguments.one("COMPARTMENT"), arguments.one("WHO"),
                                                                         arguments.has("--write")));
  return say_decided(context, what);
}

Result<ExitCode> run_compartment_withdraw(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::string what,
              context.client().trust().withdraw(arguments.one("COMPARTMENT"), arguments.one("WHO")));
  return say_decided(context, what);
}

Result<ExitCode> run_compartment_close(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const std::string what, context.client().trust().close(arguments.one("COMPARTMENT"), !arguments.has("--reopen")));
  return say_decided(context, what);
}

const Positional kCompartment{.name = "COMPARTMENT", .help = "its name, or the beginning of its id"};
const Positional kWho{.name = "WHO", .help = "a member's name, or the beginning of an id"};

}  // namespace

Command compartment_list() {
  return {.path = {"compartment", "list"},
          .summary = "Who can read what",
          .example = "haki compartment list",
          .run = run_compartment_list};
}

Command compartment_new() {
  return {.path = {"compartment", "new"},
          .summary = "A new circle of readers: a sensitive case, or a district",
          .example = "haki compartment new case-12 --writer Wanjiru --reader Omondi",
          .more = "Its name is kept inside it: the server, and members who are not in it, see only that it is there.",
          .positionals = {{.name = "NAME", .help = "what its readers call it"}},
          .options = {{.name = "--district", .value_name = "PCODE", .help = "a district's circle, for the members of it"},
                      {.name = "--reader", .value_name = "WHO", .help = "who reads the case", .repeated = true},
                      {.name = "--writer", .value_name = "WHO", .help = "who reads and writes in it", .repeated = true}},
          .leads_only = true,
          .run = run_compartment_new};
}

Command compartment_grant() {
  return {.path = {"compartment", "grant"},
          .summary = "Let a member read a case",
          .example = "haki compartment grant case-12 Wanjiru --write",
          .positionals = {kCompartment, kWho},
          .options = {{.name = "--write", .value_name = "", .help = "and write in it, and share it further"}},
          .run = run_compartment_grant};
}

Command compartment_close() {
  return {.path = {"compartment", "close"},
          .summary = "Close a case: it is read as before, and nothing more is written in it",
          .example = "haki compartment close case-12",
          .positionals = {kCompartment},
          .options = {{.name = "--reopen", .value_name = "", .help = "open it again"}},
          .run = run_compartment_close};
}

Command compartment_withdraw() {
  return {.path = {"compartment", "withdraw"},
          .summary = "Take a member out of a case: new keys for the others",
          .example = "haki compartment withdraw case-12 Wanjiru",
          .positionals = {kCompartment, kWho},
          .run = run_compartment_withdraw};
}

}  // namespace haki::cli::commands
