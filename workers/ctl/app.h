#pragma once
// lumosctl: parses the command line, runs one command, turns what went wrong into an exit status.

namespace lumos::ctl {

int run(int argc, const char* const* argv);

}  // namespace lumos::ctl
