#pragma once
// Owning handles for what nats.c gives out. For bus/ only: this header brings nats.c along.

#include <nats/nats.h>

#include <memory>

namespace lumos::bus {

template <auto Destroy>
struct DestroyWith {
    template <typename T>
    void operator()(T* object) const {
        Destroy(object);
    }
};

using OptionsHandle = std::unique_ptr<natsOptions, DestroyWith<&natsOptions_Destroy>>;
using ConnectionHandle = std::unique_ptr<natsConnection, DestroyWith<&natsConnection_Destroy>>;
using SubscriptionHandle =
    std::unique_ptr<natsSubscription, DestroyWith<&natsSubscription_Destroy>>;
using MessageHandle = std::unique_ptr<natsMsg, DestroyWith<&natsMsg_Destroy>>;

}  // namespace lumos::bus
