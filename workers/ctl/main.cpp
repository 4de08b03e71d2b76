#include "workers/ctl/app.h"

int main(int argc, char** argv) {
    return lumos::ctl::run(argc, argv);
}
