#!/bin/sh
# physics.sh - a game's world in the Open Dynamics Engine, 60 steps a second for 40 seconds of real time: crates fall, meet, burst into
# splinters and are cleared away; contacts are made and thrown away at each step, and every ten seconds the game is paused for three.
#
# Usage: physics.sh OUT.trace
# Takes: 42 s
. "$(dirname "$0")/common.sh"
need g++ g++
need pkg-config pkg-config
pkg-config --exists ode || lacks "ODE's headers" libode-dev

cat > game.cpp <<'GAME'
#include <chrono>
#include <cstdio>
#include <list>
#include <map>
#include <memory>
#include <ode/ode.h>
#include <string>
#include <thread>
#include <vector>

static dWorldID world;
static dSpaceID space;
static dJointGroupID contacts;
static unsigned seed = 11;

static int random(int n)
{
    seed = seed * 1103515245 + 12345;
    return static_cast<int>(seed / 65536 % n);
}

struct Crate {
    std::string name;
    dBodyID body = dBodyCreate(world);
    dGeomID shape;
    int born, hits = 0;
    std::vector<float> trail;

    Crate(int number, int step, const dReal *at, double side)
        : name("crate number " + std::to_string(number)), shape(dCreateBox(space, side, side, side)), born(step)
    {
        dMass mass;
        dMassSetBox(&mass, 1, side, side, side);
        dBodySetMass(body, &mass);
        dBodySetPosition(body, at[0], at[1], at[2]);
        dGeomSetBody(shape, body);
        dGeomSetData(shape, this);
    }
    Crate(const Crate &) = delete;
    ~Crate()
    {
        dGeomDestroy(shape);
        dBodyDestroy(body);
    }
};

struct Event {
    std::string text;
    int step;
};

static std::list<Event> events;
static int step;

static void meet(void *, dGeomID a, dGeomID b)
{
    dContact found[6] = {};
    const int count = dCollide(a, b, 6, &found[0].geom, sizeof found[0]);

    for (int i = 0; i < count; i++) {
        found[i].surface.mu = 0.8;
        dJointAttach(dJointCreateContact(world, contacts, &found[i]), dGeomGetBody(a), dGeomGetBody(b));
    }
    for (dGeomID shape : {a, b})
        if (auto *crate = static_cast<Crate *>(dGeomGetData(shape)); crate != nullptr && count > 0 && crate->hits++ % 40 == 0)
            events.push_back({crate->name + " hit something", step});
}

int main()
{
    dInitODE2(0);
    world = dWorldCreate();
    space = dHashSpaceCreate(nullptr);
    contacts = dJointGroupCreate(0);
    dWorldSetGravity(world, 0, 0, -9.8);
    dWorldSetAutoDisableFlag(world, 1);
    dCreatePlane(space, 0, 0, 1, 0);

    std::map<int, std::unique_ptr<Crate>> crates;
    int number = 0;
    auto next = std::chrono::steady_clock::now();

    for (step = 0; step < 40 * 60; step++) {
        next += std::chrono::microseconds(16667);
        std::this_thread::sleep_until(next);
        if (step % 600 >= 420)
            continue; // paused
        if (step % 8 == 0) {
            const dReal at[] = {random(40) / 10.0, random(40) / 10.0, 4.0 + random(30) / 10.0};
            crates[number] = std::make_unique<Crate>(number, step, at, 0.5);
            number++;
        }
        dSpaceCollide(space, nullptr, meet);
        dWorldQuickStep(world, 1 / 60.0);
        dJointGroupEmpty(contacts);
        for (auto it = crates.begin(); it != crates.end();) {
            Crate &crate = *it->second;
            const dReal *at = dBodyGetPosition(crate.body);
            crate.trail.push_back(static_cast<float>(at[2]));
            const bool small = crate.name[0] == 's', old = step - crate.born > (small ? 90 : 240 + random(60));
            if (old && !small)
                for (int i = 0; i < 6; i++) {
                    const dReal near[] = {at[0] + i * 0.1 - 0.3, at[1] + random(5) * 0.1, at[2] + 0.4};
                    auto &splinter = crates[number] = std::make_unique<Crate>(number, step, near, 0.2);
                    splinter->name = "splinter of " + crate.name;
                    number++;
                }
            it = old ? crates.erase(it) : std::next(it);
        }
        while (!events.empty() && step - events.front().step > 120)
            events.pop_front();
    }
    std::printf("%d crates, %zu left, %zu events\n", number, crates.size(), events.size());
    crates.clear();
    dJointGroupDestroy(contacts);
    dSpaceDestroy(space);
    dWorldDestroy(world);
    dCloseODE();
}
GAME
# shellcheck disable=SC2046 # several words
g++ -std=c++17 -O2 -o game game.cpp $(pkg-config --cflags --libs ode)
record ./game >answers
