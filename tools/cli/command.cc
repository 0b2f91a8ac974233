#include "cli/command.h"

#include "cli/commands/all.h"

namespace haki::cli {

const std::string& Arguments::one(std::string_view name) const {
  static const std::string kEmpty;
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? kEmpty : found->second.back();
}

const std::vector<std::string>& Arguments::all(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

std::string Command::words() const {
  std::string text;
  for (const std::string& word : path) text += (text.empty() ? "" : " ") + word;
  return text;
}

const Option* Command::option(std::string_view name) const {
  for (const Option& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> kOptions{
      {.name = "--home",
       .value_name = "DIR",
       .help = "the sealed home (else $HAKI_HOME, else ~/.haki)",
       .completes = Completes::kFile},
      {.name = "--json", .value_name = "", .help = "results for programs: one JSON object a line"},
      {.name = "--lang",
       .value_name = "CODE",
       .help = "language of forms: en, fr, sw or ar (else the locale)",
       .completes = Completes::kChoice,
       .choices = {"en", "fr", "sw", "ar"}},
      {.name = "--help", .value_name = "", .help = "what a command does, with an example"},
      {.name = "--version", .value_name = "", .help = "which version this is"},
  };
  return kOptions;
}

namespace {

// Who is in it, and what protects it.
std::vector<Command> coalition_commands() {
  using namespace commands;
  return {
      found(),
      invite(),
      join(),
      rejoin(),
      member_list(),
      member_pending(),
      member_admit(),
      member_remove(),
      member_suspend(),
      member_role(),
      member_agree(),
      device_list(),
      device_revoke(),
      recovery_kit(),
      recovery_split(),
      recovery_drill(),
      recovery_restore(),
      endpoint_show(),
      endpoint_set(),
      compartment_list(),
      compartment_new(),
      compartment_grant(),
      compartment_withdraw(),
      compartment_close(),
      unlock(),
      lock(),
      passphrase_change(),
      passphrase_duress(),
      policy_show(),
      policy_set(),
      wipe(),
  };
}

// What is recorded, and what it comes to.
std::vector<Command> record_commands() {
  using namespace commands;
  return {
      form_list(),
      form_show(),
      form_import(),
      recommendation_import(),
      recommendation_list(),
      recommendation_show(),
      recommendation_cluster(),
      recommendation_merge(),
      recommendation_unmerge(),
      recommendation_link(),
      import_file(),
      theme_list(),
      theme_map(),
      new_record(),
      edit(),
      submit(),
      show(),
      list(),
      search(),
      remove(),
      erase(),
      attachment_list(),
      attachment_missing(),
      attachment_add(),
      attachment_get(),
      attachment_redact(),
      attachment_check(),
      strip(),
      sync(),
      bundle_out(),
      bundle_in(),
      status(),
      outbox(),
      quarantine_list(),
      quarantine_show(),
      quarantine_accept(),
      quarantine_refuse(),
      consent_show(),
      consent_withdraw(),
      conflict_list(),
      conflict_show(),
      conflict_resolve(),
      review_queue(),
      review_approve(),
      review_return(),
      review_reject(),
      verify_rating(),
      scorecard_show(),
      scorecard_templates(),
      scorecard_template(),
      report(),
      early_warning(),
      completion(),
      export_dossier(),
      verify_dossier(),
      version(),
  };
}

}  // namespace

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands = [] {
    std::vector<Command> all;
    for (auto* some : {&coalition_commands, &record_commands, &commands::exports_of_all_kinds}) {
      for (Command& command : some()) all.push_back(std::move(command));
    }
    return all;
  }();
  return kCommands;
}

}  // namespace haki::cli
