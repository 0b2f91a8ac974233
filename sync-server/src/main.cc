#include "ops/commands.h"

int main(int argument_count, char** arguments) { return haki::ops::run(argument_count, arguments); }
