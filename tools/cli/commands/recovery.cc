// recovery kit, split, drill, restore.
#include <cstdlib>
#include <sstream>

#include "cli/commands/all.h"
#include "cli/commands/sync.h"
#include "cli/files.h"
#include "cli/text.h"
#include "cli/times.h"
#include "formats/recovery_kit.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kPaperBytesMax = 64 * 1024;
constexpr const char* kWordsVariable = "HAKI_RECOVERY_WORDS";

bool is_number(const std::string& word) {
  return !word.empty() && word.size() <= 2 && word.find_first_not_of("0123456789") == std::string::npos;
}

// The words of a page as haki prints it (each behind its number), or the whole of a shorter text.
std::string words_in(const std::string& text) {
  if (text.find("HAKI RECOVERY") == std::string::npos) return std::string(text.begin(), text.end());
  std::istringstream lines(text);
  std::string line, words;
  unsigned next = 1;
  while (std::getline(lines, line)) {
    std::istringstream in(line);
    std::string number, word;
    while (in >> number && is_number(number) && static_cast<unsigned>(std::stoul(number)) == next && in >> word) {
      words += (words.empty() ? "" : " ") + word;
      ++next;
    }
  }
  return words;
}

// One secret a line: the words from the environment, and what is in the files that were named.
Result<std::string> read_secrets(const Arguments& arguments) {
  std::string secrets;
  if (const char* words = std::getenv(kWordsVariable); words != nullptr && words[0] != '\0') {
    secrets = one_line(words) + "\n";
    ::unsetenv(kWordsVariable);
  }
  for (const std::string& path : arguments.all("--share")) {
    HAKI_ASSIGN(const std::string text, read_file(path, kPaperBytesMax));
    secrets += one_line(words_in(text)) + "\n";
  }
  return secrets;
}

std::vector<std::string> secrets_of(const Context& context) {
  std::vector<std::string> secrets;
  std::istringstream lines(context.prepared());
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!line.empty()) secrets.push_back(line);
  }
  return secrets;
}

std::string page_of(const RecoverySheet& sheet) {
  formats::RecoveryKit kit;
  kit.coalition = sheet.coalition;
  kit.coalition_id = sheet.coalition_id;
  kit.server = sheet.server;
  kit.server_sign_key = sheet.server_sign_key;
  kit.server_exchange_key = sheet.server_exchange_key;
  kit.made_by = sheet.made_by;
  kit.made_on = time_output(now_ms()).text().substr(0, 10);
  kit.words = sheet.words;
  kit.share = sheet.share;
  kit.needed = sheet.needed;
  kit.shares = sheet.shares;
  return formats::recovery_page(kit);
}

Result<ExitCode> run_recovery_kit(Context& context, const Arguments& arguments) {
  std::string next;
  RecoverySheet sheet;
  if (arguments.has("--new")) {
    HAKI_ASSIGN(RecoverySheets made, context.client().trust().new_recovery(1, 1));
    sheet = std::move(made.sheets.front());
    next = made.next;
  } else {
    const std::vector<std::string> secrets = secrets_of(context);
    if (secrets.empty()) {
      return context.usage("Give the words you have in $HAKI_RECOVERY_WORDS or with --share FILE, or make new ones with --new.",
                           "recovery kit");
    }
    HAKI_ASSIGN(sheet, context.client().trust().recovery_sheet(secrets.front()));
  }
  const std::string page = page_of(sheet);
  Output output = Output::object({{"coalition", sheet.coalition}, {"coalition_id", sheet.coalition_id}, {"server", sheet.server}});
  if (arguments.has("--out")) {
    HAKI_TRY(write_private_file(context.path(arguments.one("--out")), page));
    output.put("file", arguments.one("--out"));
    context.print(output, [](const Output& printed) {
      return "The page is in " + printed["file"].text() + ". Print it, put it away, and destroy the file.\n";
    });
  } else {
    output.put("words", sheet.words);
    context.print(output, [&](const Output&) { return page; });
  }
  return next.empty() ? Result<ExitCode>(ExitCode::kDone) : say_decided(context, next);
}

Result<ExitCode> run_recovery_split(Context& context, const Arguments& arguments) {
  const auto number = [&](const char* option) -> unsigned {
    const std::string& text = arguments.one(option);
    return is_number(text) ? static_cast<unsigned>(std::stoul(text)) : 0;
  };
  const unsigned needed = number("--threshold"), shares = number("--shares");
  if (needed < 2 || shares < needed || shares > 16) {
    return context.usage("--threshold and --shares take numbers: at least 2 needed, of at most 16.", "recovery split");
  }
  HAKI_ASSIGN(const RecoverySheets made, context.client().trust().new_recovery(needed, shares));
  std::vector<std::string> files;
  for (const RecoverySheet& sheet : made.sheets) {
    files.push_back(arguments.one("--out") + "/share-" + std::to_string(sheet.share) + ".txt");
    HAKI_TRY(write_private_file(context.path(files.back()), page_of(sheet)));
  }
  context.print(Output::object({{"threshold", std::uint64_t{needed}}, {"shares", std::uint64_t{shares}}, {"files", Output::strings(files)}}),
                [](const Output& output) {
                  return std::to_string(output["shares"].number()) + " pages are written, " +
                         std::to_string(output["threshold"].number()) +
                         " of which open the coalition. Print each for one trustee, best in different countries, and destroy the "
                         "files.\nThen try them: haki recovery drill --share FILE --share FILE\n";
                });
  return say_decided(context, made.next);
}

Result<ExitCode> run_recovery_drill(Context& context, const Arguments&) {
  const std::vector<std::string> secrets = secrets_of(context);
  if (secrets.empty()) return context.usage("Give each page with --share FILE, or the words in $HAKI_RECOVERY_WORDS.", "recovery drill");
  HAKI_TRY(context.client().trust().drill_recovery(secrets));
  context.print(Output::object({{"works", true}}), [](const Output&) {
    return "They would open the coalition today. Nothing was changed or kept; put the papers away again.\n";
  });
  return ExitCode::kDone;
}

Result<ExitCode> run_recovery_restore(Context& context, const Arguments& arguments) {
  RestoreOptions options;
  options.home = context.settings().home;
  options.passphrase = context.settings().passphrase->view();
  options.server = arguments.one("--server");
  for (const char digit : arguments.one("--coalition-id")) {
    if (digit != ' ') options.coalition_id += digit;
  }
  options.coalition = arguments.one("--coalition");
  options.member = arguments.one("--member");
  options.organisation = arguments.one("--organisation");
  options.secrets = secrets_of(context);
  RecoverySheet words;
  HAKI_ASSIGN(const auto client, Client::restore(options, words));
  HAKI_ASSIGN(const Status status, client->status());
  context.print(Output::object({{"coalition_id", words.coalition_id},
                                {"member", status.member},
                                {"role", status.role},
                                {"server", status.server},
                                {"recovery_words", words.words}}),
                [&](const Output&) {
                  return "You are a lead of the coalition again. The words you used are worth nothing for what comes from now on; "
                         "these are the new ones. Print the page and put it away:\n\n" +
                         page_of(words) +
                         "\nRemove the devices that were lost: haki device list, haki device revoke ID.\n";
                });
  return ExitCode::kDone;
}

const Option kShare{.name = "--share",
                    .value_name = "FILE",
                    .help = "a page or its words, one for each that is needed",
                    .repeated = true,
                    .completes = Completes::kFile};

}  // namespace

Command recovery_kit() {
  return {.path = {"recovery", "kit"},
          .summary = "The recovery page to print: what opens the coalition when every lead's device is lost",
          .example = "haki recovery kit --new --out kit.txt",
          .more = "With the words you have ($HAKI_RECOVERY_WORDS, or --share FILE) it makes their page; --new makes new words, and the old "
                  "ones open only what was recorded before. With two leads or more, another one must agree to new words.",
          .options = {{.name = "--new", .value_name = "", .help = "make new words"},
                      {.name = "--out", .value_name = "FILE", .help = "write the page there", .completes = Completes::kFile},
                      kShare},
          .leads_only = true,
          .prepare = read_secrets,
          .run = run_recovery_kit};
}

Command recovery_split() {
  return {.path = {"recovery", "split"},
          .summary = "A new recovery secret, split among trustees: some of them together open the coalition",
          .example = "haki recovery split --threshold 3 --shares 5 --out pages",
          .options = {{.name = "--threshold", .value_name = "K", .help = "how many are needed", .required = true},
                      {.name = "--shares", .value_name = "N", .help = "how many there are", .required = true},
                      {.name = "--out",
                       .value_name = "DIR",
                       .help = "where the pages are written",
                       .required = true,
                       .completes = Completes::kFile}},
          .leads_only = true,
          .run = run_recovery_split};
}

Command recovery_drill() {
  return {.path = {"recovery", "drill"},
          .summary = "Prove that the words or shares would work, without using them",
          .example = "haki recovery drill --share share-1.txt --share share-3.txt --share share-4.txt",
          .options = {kShare},
          .prepare = read_secrets,
          .run = run_recovery_drill};
}

Command recovery_restore() {
  return {.path = {"recovery", "restore"},
          .summary = "Become a lead by the recovery words or shares, on a new device",
          .example = "haki recovery restore --server https://haki.example.org --coalition-id 0123abcd --member Achieng --share page.txt",
          .more = "The server's address and the coalition's id are on the page. The words come from $HAKI_RECOVERY_WORDS or --share FILE. "
                  "Afterwards every key is renewed, and new words are shown once.",
          .options = {{.name = "--server", .value_name = "URL", .help = "address of the server", .required = true},
                      {.name = "--coalition-id", .value_name = "ID", .help = "the coalition's id, 32 digits", .required = true},
                      {.name = "--member", .value_name = "NAME", .help = "your name in the coalition", .required = true},
                      {.name = "--organisation", .value_name = "NAME", .help = "your organisation"},
                      {.name = "--coalition", .value_name = "NAME", .help = "what the coalition is called"},
                      kShare},
          .needs = Needs::kNewHome,
          .prepare = read_secrets,
          .run = run_recovery_restore};
}

}  // namespace haki::cli::commands
