// attachment list, add, get, redact, check.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/attached.h"
#include "cli/commands/all.h"
#include "cli/files.h"
#include "cli/records.h"
#include "cli/text.h"
#include "formats/export_folder.h"

namespace haki::cli::commands {
namespace {

constexpr std::string_view kSavedName = "saved", kStrippedName = "stripped";

Result<ExitCode> run_attachment_list(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const std::vector<AttachmentView> views, context.client().evidence().attachments(record));
  Output::Array outputs;
  for (const AttachmentView& view : views) outputs.push_back(attachment_output(view));
  context.print_list(outputs, attachments_text, "This record has no files. Attach one with haki attachment add.");
  return ExitCode::kDone;
}

Result<ExitCode> run_attachment_missing(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<AttachmentView> views, context.client().evidence().missing());
  Output::Array outputs;
  for (const AttachmentView& view : views) outputs.push_back(attachment_output(view));
  context.print_list(outputs, attachments_text, "Every file of every record is on this device.");
  return ExitCode::kDone;
}

Result<std::string> look_into_files(const Arguments& arguments) { return look_into(arguments.all("FILE")); }

Result<ExitCode> run_attachment_add(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const AttachedFiles files, attached_files(context, context.prepared()));
  HAKI_ASSIGN(const std::vector<RecordId> ids, context.client().evidence().attach(record, files.inputs, context.progress("Sealing")));
  context.finish_progress();
  for (const std::string& sentence : files.words) context.say(sentence);
  HAKI_ASSIGN(const std::vector<AttachmentView> views, context.client().evidence().attachments(record));
  Output::Array outputs;
  for (const AttachmentView& view : views) {
    for (const RecordId& id : ids) {
      if (view.id == id) outputs.push_back(attachment_output(view));
    }
  }
  context.print_list(outputs, attachments_text, "");
  return ExitCode::kDone;
}

// A file that is written in pieces; only its owner may read it.
class PrivateFile {
 public:
  explicit PrivateFile(const std::string& path) : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  PrivateFile(const PrivateFile&) = delete;
  ~PrivateFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Result<> write(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        return Error{errno == ENOSPC ? Code::kDiskFull : Code::kIo,
                     std::string("The file could not be written (") + std::strerror(errno) + "). Nothing of it was left there."};
      }
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

 private:
  int descriptor_;
};

// `haki strip` in a process that has never opened a home: a photo is a stranger's bytes.
Result<> strip_elsewhere(const std::string& from, const std::string& to, const std::string& name) {
  const char* const words[] = {"haki", "strip", from.c_str(), "--out", to.c_str(), nullptr};
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  for (const int descriptor : {0, 1, 2}) {
    ::posix_spawn_file_actions_addopen(&quiet, descriptor, "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY, 0);
  }
  pid_t child = 0;
  char* const environment[] = {nullptr};
  const int refused = ::posix_spawn(&child, "/proc/self/exe", &quiet, nullptr, const_cast<char* const*>(words), environment);
  ::posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  while (refused == 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (refused == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{Code::kUnsupported, "'" + name + "' could not be freed of what it says of itself: that is possible for whole JPEG and PNG "
                                       "pictures. Nothing was saved; without --strip it is saved as it is."};
}

Result<> save(Context& context, const AttachmentView& view, const std::string& out, bool strip, bool replace) {
  HAKI_ASSIGN(formats::ExportFolder folder, formats::ExportFolder::beside(out, replace));
  const std::string place = folder.file(kSavedName);
  {
    PrivateFile file(place);
    HAKI_TRY(context.client().evidence().read(view.id, "saved", strip ? "saved without what the file says of itself" : "saved",
                                              [&](ByteView piece) { return file.write(piece); }));
  }
  if (!strip) return folder.publish(kSavedName, out, replace);
  HAKI_TRY(strip_elsewhere(place, folder.file(kStrippedName), view.name));
  return folder.publish(kStrippedName, out, replace);
}

Result<ExitCode> run_attachment_get(Context& context, const Arguments& arguments) {
  Evidence evidence = context.client().evidence();
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const AttachmentView view, evidence.find(record, arguments.one("NAME")));
  const std::string out = context.path(arguments.one("--out"));
  const auto saved = save(context, view, out, arguments.has("--strip"), arguments.has("--replace"));
  if (!saved && saved.error().code == Code::kNotFound && view.place != Place::kHere && view.place != Place::kOnItsWay) {
    HAKI_TRY(evidence.want(view.id));
    context.complain(view.place == Place::kWithAuthor
                         ? "This file is still on " + view.by + "'s device, as far as is known here. It is fetched by the next haki sync "
                           "after that device has sent it."
                         : "This file is not on this device yet. It is fetched by the next haki sync; then run this again.");
    return ExitCode::kPartly;
  }
  HAKI_TRY(saved);
  Output output = attachment_output(view);
  output.put("out", out);
  context.print(output, [](const Output& printed) { return one_line(printed["out"].text()) + "\n"; });
  context.say("Saved outside the home, in the clear: whoever gets that file can read it. Who saved it is on record.");
  return ExitCode::kDone;
}

Result<std::string> look_into_copy(const Arguments& arguments) { return look_into({arguments.one("--with")}); }

Result<ExitCode> run_attachment_redact(Context& context, const Arguments& arguments) {
  Evidence evidence = context.client().evidence();
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const AttachmentView original, evidence.find(record, arguments.one("NAME")));
  HAKI_ASSIGN(const AttachedFiles files, attached_files(context, context.prepared()));
  HAKI_ASSIGN(const RecordId copy, evidence.redact(original.id, files.inputs.front(), context.progress("Sealing")));
  context.finish_progress();
  for (const std::string& sentence : files.words) context.say(sentence);
  HAKI_ASSIGN(const AttachmentView view, evidence.find(record, to_hex(copy)));
  context.print(attachment_output(view), [](const Output& printed) { return printed["id"].text() + "\n"; });
  context.say("The copy is linked to " + original.name + ", which stays sealed and unchanged.");
  return ExitCode::kDone;
}

Result<ExitCode> run_attachment_check(Context& context, const Arguments& arguments) {
  Evidence evidence = context.client().evidence();
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const std::vector<AttachmentView> views, evidence.attachments(record));
  Output::Array outputs;
  bool all = true;
  for (const AttachmentView& view : views) {
    const auto checked = evidence.read(view.id, "verified", "digests computed again", [](ByteView) -> Result<> { return {}; });
    Output output = attachment_output(view);
    output.put("holds", checked.has_value());
    output.put("why", checked ? std::string() : checked.error().message);
    outputs.push_back(std::move(output));
    all &= checked.has_value();
  }
  const auto text = [](const Output::Array& checked) {
    std::string lines;
    for (const Output& one : checked) {
      lines += one_line(one["name"].text()) + ": " + (one["holds"].truth() ? "as it was attached" : one_line(one["why"].text())) + "\n";
    }
    return lines;
  };
  context.print_list(outputs, text, "This record has no files.");
  return all ? ExitCode::kDone : ExitCode::kPartly;
}

Positional record_of_file() { return {.name = "ID", .help = "the record's id, or a beginning of it"}; }
Positional name_of_file() { return {.name = "NAME", .help = "the file's name, or the beginning of its id"}; }

}  // namespace

Command attachment_list() {
  return {.path = {"attachment", "list"},
          .summary = "Photos and documents of a record, and where each has got to",
          .example = "haki attachment list 3f9a12c0",
          .positionals = {record_of_file()},
          .run = run_attachment_list};
}

Command attachment_missing() {
  return {.path = {"attachment", "missing"},
          .summary = "Files of records that are not on this device, and whose device has them",
          .example = "haki attachment missing",
          .run = run_attachment_missing};
}

Command attachment_add() {
  return {.path = {"attachment", "add"},
          .summary = "Attach files to a record that is there",
          .example = "haki attachment add 3f9a12c0 IMG_0042.jpg statement.pdf",
          .more = "A file of any kind, up to 2 GiB, is kept as it is, sealed. What a photo says of itself (place, time, device) stays in "
                  "it and is told, before anything is sent.",
          .positionals = {record_of_file(), {.name = "FILE", .help = "the files", .many = true, .completes = Completes::kFile}},
          .prepare = look_into_files,
          .run = run_attachment_add};
}

Command attachment_get() {
  return {.path = {"attachment", "get"},
          .summary = "Save an attachment as a file, in the clear",
          .example = "haki attachment get 3f9a12c0 photo.jpg --out photo.jpg",
          .more = "It leaves a custody entry. With --strip a JPEG or PNG is saved without place, time, device and whatever else it says of "
                  "itself; its pixels stay as they are.",
          .positionals = {record_of_file(), name_of_file()},
          .options = {{.name = "--out", .value_name = "FILE", .help = "where to", .required = true, .completes = Completes::kFile},
                      {.name = "--strip", .value_name = "", .help = "without what the photo says of itself, to share it"},
                      {.name = "--replace", .value_name = "", .help = "replace a file that is there"}},
          .run = run_attachment_get};
}

Command attachment_redact() {
  return {.path = {"attachment", "redact"},
          .summary = "Attach a copy with something made unrecognisable; the original stays",
          .example = "haki attachment redact 3f9a12c0 photo.jpg --with blurred.jpg",
          .positionals = {record_of_file(), name_of_file()},
          .options = {{.name = "--with", .value_name = "FILE", .help = "the copy", .required = true, .completes = Completes::kFile}},
          .prepare = look_into_copy,
          .run = run_attachment_redact};
}

Command attachment_check() {
  return {.path = {"attachment", "check"},
          .summary = "Compute the digests of a record's files again, and compare",
          .example = "haki attachment check 3f9a12c0",
          .more = "It leaves a custody entry, 'verified', at each file that is as it was attached.",
          .positionals = {record_of_file()},
          .run = run_attachment_check};
}

}  // namespace haki::cli::commands
