// verify: a dossier checked by somebody who has no home and no network, told as a lawyer reads it.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"
#include "cli/times.h"
#include "formats/dossier_page.h"
#include "formats/dossier_zip.h"

namespace haki::cli::commands {
namespace {

Output file_output(const DossierFileVerdict& file) {
  return Output::object({{"path", file.path},
                         {"name", file.name},
                         {"relation", file.relation},
                         {"record", to_hex(file.record)},
                         {"by", file.by},
                         {"bytes", file.bytes},
                         {"sha256", file.sha256},
                         {"not_before", time_output(file.not_before_ms)},
                         {"not_after", time_output(file.not_after_ms)}});
}

Output custody_output(const CustodyEntry& entry) {
  return Output::object({{"about", to_hex(entry.subject)},
                         {"at", time_output(entry.at_ms)},
                         {"action", entry.action},
                         {"by", entry.by},
                         {"device", to_hex(entry.device)},
                         {"detail", entry.detail},
                         {"sha256", entry.sha256},
                         {"wrong", entry.wrong}});
}

Output verdict_output(const DossierVerdict& verdict, const std::string& file, bool has_comment) {
  Output::Array problems, files, custody, left_out;
  for (const DossierProblem& one : verdict.problems) problems.push_back(Output::object({{"file", one.file}, {"problem", one.what}}));
  for (const DossierFileVerdict& one : verdict.files) files.push_back(file_output(one));
  for (const CustodyEntry& one : verdict.custody) custody.push_back(custody_output(one));
  for (const DossierLeftOut& one : verdict.left_out) {
    left_out.push_back(Output::object({{"kind", one.kind}, {"name", one.name}, {"record", to_hex(one.record)}, {"sha256", one.sha256}, {"why", one.why}}));
  }
  return Output::object({{"file", file},
                         {"holds", verdict.holds},
                         {"problems", problems},
                         {"fingerprint", verdict.fingerprint},
                         {"public_key", verdict.public_key},
                         {"signer_compared", verdict.signer_compared},
                         {"id", verdict.id},
                         {"signed_by", verdict.by},
                         {"coalition", verdict.coalition_name},
                         {"coalition_id", verdict.coalition},
                         {"signed_at", time_output(verdict.at_ms)},
                         {"signed_not_before", time_output(verdict.not_before_ms)},
                         {"servers", Output::strings(verdict.servers)},
                         {"records", static_cast<std::uint64_t>(verdict.records)},
                         {"digests_compared", static_cast<std::uint64_t>(verdict.checked)},
                         {"bytes", verdict.bytes},
                         {"files", files},
                         {"custody", custody},
                         {"left_out", left_out},
                         {"unsigned_comment", has_comment}});
}

std::string moment_in_words(const Output& time) { return formats::utc_in_words(time_of(time)); }

std::string failed_text(const Output& verdict) {
  std::string text = "THIS DOSSIER DOES NOT HOLD. Do not rely on it.\n\n";
  for (const Output& one : verdict["problems"].array()) {
    const std::string file = one_line(one["file"].text());
    text += "  - " + (file.empty() ? "" : file + ": ") + one_line(one["problem"].text()) + "\n";
  }
  text += "\nAsk who gave it to you to send it again, and compare the fingerprint by telephone.\n";
  if (!verdict["fingerprint"].text().empty()) text += "The key that came with it has the fingerprint " + verdict["fingerprint"].text() + ".\n";
  return text;
}

// What shows when a file was there.
std::string times_text(const Output& file) {
  const std::string after = moment_in_words(file["not_before"]), before = moment_in_words(file["not_after"]);
  if (!after.empty() && !before.empty()) return "taken in after " + after + ", at the server by " + before;
  if (!after.empty()) return "taken in after " + after + "; nothing shows until when at the latest";
  if (!before.empty()) return "at the server by " + before;
  return "nothing shows when";
}

std::string files_text(const Output& verdict) {
  std::string text;
  for (const Output& file : verdict["files"].array()) {
    text += "  " + file["path"].text() + " (" + one_line(file["name"].text()) + ", " + bytes_in_words(file["bytes"].number()) + ", by " +
            one_line(file["by"].text()) + "): " + times_text(file) + "\n";
  }
  return text;
}

std::string custody_text(const Output& verdict) {
  Table table({"when", "what", "by", "remark", "about"});
  for (const Output& entry : verdict["custody"].array()) {
    table.row({moment_in_words(entry["at"]), entry["action"].text(), shortened(one_line(entry["by"].text()), 30),
               shortened(one_line(entry["wrong"].text().empty() ? entry["detail"].text() : entry["wrong"].text()), 46), entry["about"].text().substr(0, 8)});
  }
  return table.empty() ? "" : "\nWho handled it, by the clock of each device:\n" + table.text();
}

std::string verdict_text(const Output& verdict) {
  if (!verdict["holds"].truth()) return failed_text(verdict);
  std::string text = "THIS DOSSIER IS COMPLETE AND UNALTERED since it was signed.\n\n";
  text += "Signed by    " + one_line(verdict["signed_by"].text()) + " of " + one_line(verdict["coalition"].text()) + " (as the dossier says)\n";
  text += "Fingerprint  " + verdict["fingerprint"].text() + "\n";
  text += verdict["signer_compared"].truth() ? "             It is the one that you named.\n"
                                             : "             COMPARE IT by telephone or face to face with who gave you this. Until then\n"
                                               "             it is not shown who signed.\n";
  const std::string after = moment_in_words(verdict["signed_not_before"]);
  text += "Signed on    " + moment_in_words(verdict["signed_at"]) + " by the signer's clock" + (after.empty() ? "" : "; not before " + after) + "\n";
  text += "In it        " + counted(verdict["records"].number(), "record", "records") + ", " +
          counted(static_cast<std::int64_t>(verdict["files"].array().size()), "attachment", "attachments") + "; " +
          counted(verdict["digests_compared"].number(), "digest", "digests") + " compared, " + bytes_in_words(verdict["bytes"].number()) + "\n";
  if (!verdict["files"].array().empty()) text += "\nAttachments:\n" + files_text(verdict);
  text += custody_text(verdict);
  if (!verdict["left_out"].array().empty()) text += "\nNot in it, as the signer says:\n";
  for (const Output& one : verdict["left_out"].array()) text += "  - " + one_line(one["name"].text()) + ": " + one_line(one["why"].text()) + "\n";
  text += "\nNot proven:\n"
          "  - that what a record or a picture says is true, or what happened to a file before it was taken in\n"
          "  - that the clock of a device was right. Times \"after\" and \"by\" are the word of the coalition's server";
  for (const Output& server : verdict["servers"].array()) text += "\n    (its key has the fingerprint " + server.text() + ")";
  text += "\n  - that a key is a person's, until the fingerprint is compared; names are as the signer knows them\n"
          "  - that nothing was left out but what is named above\n";
  if (verdict["files"].array().empty()) text += "  - until when at the latest these records were there: only attachments can show that\n";
  if (verdict["unsigned_comment"].truth()) text += "\nThe zip has a comment. Nobody signed it.\n";
  return text;
}

Result<ExitCode> run_verify(Context& context, const Arguments& arguments) {
  const std::string& file = arguments.one("FILE");
  HAKI_ASSIGN(const std::unique_ptr<formats::DossierZip> zip, formats::DossierZip::open(context.path(file), one_line(file)));
  const Progress progress = context.progress("Checking");
  const auto checked = check_dossier(*zip, arguments.one("--signer"), [&](std::uint64_t bytes) { progress(bytes, zip->bytes()); });
  context.finish_progress();
  if (!checked && checked.error().code == Code::kInvalid) return context.usage(checked.error().message, "verify");
  HAKI_TRY(checked);
  context.print(verdict_output(*checked, file, zip->has_comment()), verdict_text);
  return checked->holds ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

Command verify_dossier() {
  return {.path = {"verify"},
          .summary = "Check a dossier, without a home",
          .example = "haki verify dossier.zip --signer '1a2b 3c4d 5e6f 7081 92a3 b4c5 d6e7 f809'",
          .more = "Ends with 0 if it is complete, unaltered and signed by whom you named, with 1 if not. Needs no home, no passphrase and no network.",
          .positionals = {{.name = "FILE", .help = "the dossier", .completes = Completes::kFile}},
          .options = {{.name = "--signer", .value_name = "FINGERPRINT", .help = "the fingerprint that the signer told you, or the key that begins with RW"}},
          .needs = Needs::kNothing,
          .run = run_verify};
}

}  // namespace haki::cli::commands
