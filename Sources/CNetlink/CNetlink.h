// Placeholder until the netlink part fills it in.
#pragma once
#include <netlink/netlink.h>
#include <netlink/genl/genl.h>
