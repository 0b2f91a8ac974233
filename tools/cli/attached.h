// Files that a command is given to attach: looked into before any home is opened, in a child that holds no key, and handed on
// to where the home is.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/output.h"
#include "haki/attachment.h"

namespace haki::cli {

// What each file says of itself, with its small copies, as text for attached_files(). A file that cannot be read is an error
// that names it; one that is empty, damaged or of an unknown kind is not.
Result<std::string> look_into(const std::vector<std::string>& paths);

struct AttachedFiles {
  std::vector<AttachmentInput> inputs;  // each file, then the copies made of it
  std::vector<std::string> words;       // what people should know before it is sent, a sentence each
};
// `looked` as look_into() made it, its paths as the person who asked wrote them.
Result<AttachedFiles> attached_files(const Context& context, std::string_view looked);

// An attachment as output, and many of them as a person reads them.
Output attachment_output(const AttachmentView& view);
std::string attachments_text(const Output::Array& attachments);
// "2 of 3 files are here; IMG_1.jpg is on Wanjiru's device": empty where there are none.
std::string files_in_words(const Output::Array& attachments);

}  // namespace haki::cli
