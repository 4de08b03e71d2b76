#include "workers/shared/runtime/secret.h"

#include <cstring>

namespace lumos::runtime {

Secret::~Secret() {
    // The whole capacity: what was moved from or shortened still holds the text behind its end.
    text_.resize(text_.capacity());
    explicit_bzero(text_.data(), text_.size());
}

}  // namespace lumos::runtime
