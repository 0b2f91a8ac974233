#include "owner/descriptor.h"

#include <unistd.h>

namespace haki::owner {

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace haki::owner
