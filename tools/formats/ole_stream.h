// One stream out of an OLE container, the old Office's file system in a file (MS-CFB).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haki::formats {

// Nothing where there is no such stream or its chain of sectors leads nowhere. Never more bytes than the file has; a chain
// that other programs would call crossed is followed all the same, since UPR Info's own exports have some.
std::optional<std::string> ole_stream(std::string_view file, std::string_view name);

}  // namespace haki::formats
