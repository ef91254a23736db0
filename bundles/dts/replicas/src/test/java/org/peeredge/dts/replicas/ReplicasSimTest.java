// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.api.Replicas;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.Role;

/** What becomes of copies when members come, go, lose their disks and are told to let go. */
class ReplicasSimTest {
    private static final String NAME = "lab.test/lab/x:1";
    private static final Duration A_REBOOT = Duration.ofMinutes(10);
    private static final Duration FOR_GOOD = Duration.ofMinutes(40);
    private static final Duration LEASE_OVER = Duration.ofHours(3);

    private final SimWorld world = new SimWorld(7);

    private SimMember publisherAmong(int copies, int others) {
        SimMember publisher = world.add(0, SimWorld.settings(copies), Role.ORIGIN);
        for (int i = 0; i < others; i++) {
            world.add(i % 3, SimWorld.settings(0));
        }
        return publisher;
    }

    private List<Part> published(SimMember publisher) {
        List<Part> image = world.image(3, 1_000_000);
        publisher.publish(NAME, image);
        world.pass(A_REBOOT);
        return image;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void contentOutlivesItsPublisherAndThenAKeeper(long seed) {
        SimWorld w = new SimWorld(seed);
        SimMember publisher = w.add(0, SimWorld.settings(2), Role.ORIGIN);
        for (int i = 0; i < 12; i++) {
            w.add(i % 3, SimWorld.settings(0));
        }
        List<Part> image = w.image(3, 1_000_000);
        publisher.publish(NAME, image);
        w.pass(A_REBOOT);
        List<SimMember> first = w.keepers(image);
        assertEquals(2, first.size());
        assertTrue(
                publisher.members().stream()
                        .filter(m -> first.stream().anyMatch(k -> k.self().equals(m.node())))
                        .noneMatch(m -> m.sameLan()),
                "copies are in other LANs");

        publisher.down();
        publisher.wipe();
        w.pass(LEASE_OVER.multipliedBy(2));
        assertEquals(first, w.keepers(image), "leases are renewed without the publisher");

        first.getFirst().down();
        w.pass(A_REBOOT);
        assertEquals(1, w.keepers(image).size(), "it may only be a reboot");
        w.pass(FOR_GOOD);
        List<SimMember> second = w.keepers(image);
        assertEquals(2, second.size(), "repaired");
        second.forEach(k -> assertTrue(k.tags.containsKey(NAME), "the name outlives, too"));

        first.getLast().down();
        w.pass(FOR_GOOD);
        assertEquals(2, w.keepers(image).size(), "and repaired by one that never met the first");
    }

    @Test
    void noStormWhenHalfOfThemRebootAndWhenAllDo() {
        SimMember publisher = publisherAmong(2, 15);
        List<List<Part>> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            images.add(world.image(2, 100_000));
            publisher.publish("lab.test/lab/x:" + i, images.getLast());
        }
        world.pass(Duration.ofMinutes(30));
        assertEquals(40, world.placed());
        images.forEach(image -> assertEquals(2, world.keepers(image).size()));

        for (int i = 0; i < world.members.size(); i += 2) {
            world.members.get(i).down();
        }
        world.pass(A_REBOOT);
        world.members.stream().filter(m -> !m.up).forEach(SimMember::boot);
        world.pass(FOR_GOOD);
        assertEquals(40, world.placed(), "nobody was away for long");

        world.members.forEach(SimMember::down);
        world.pass(Duration.ofHours(2));
        world.members.forEach(SimMember::boot);
        world.pass(FOR_GOOD);
        assertEquals(40, world.placed(), "while all were down nobody was seen to be away");
        images.forEach(image -> assertEquals(2, world.keepers(image).size()));
    }

    @Test
    void manyThatLeaveForGoodAreReplacedAFewAtATime() {
        SimMember publisher = publisherAmong(1, 15);
        for (int i = 0; i < 30; i++) {
            publisher.publish("lab.test/lab/x:" + i, world.image(1, 1_000));
        }
        world.pass(Duration.ofMinutes(30));
        long before = world.placed();
        for (SimMember m : world.members.subList(1, 11)) {
            m.down();
        }
        world.pass(Duration.ofMinutes(28));
        assertEquals(before, world.placed());
        for (int i = 0; i < 20; i++) {
            long last = world.placed();
            world.round();
            assertTrue(world.placed() - last <= Round.MAX_PLACED);
        }
        publisher.ledger.entries().forEach(e -> assertEquals("", e.trouble));
    }

    @Test
    void aKeeperThatComesBackTooLateLetsGoWhenItsLeaseEnds() {
        SimMember publisher = publisherAmong(2, 9);
        List<Part> image = published(publisher);
        SimMember late = world.keepers(image).getFirst();
        late.down();
        world.pass(FOR_GOOD);
        assertEquals(2, world.keepers(image).size());
        late.boot();
        world.pass(A_REBOOT);
        assertEquals(3, world.keepers(image).size(), "its lease still runs");
        world.pass(LEASE_OVER);
        assertEquals(2, world.keepers(image).size());
        assertFalse(late.pins.contains(image.getFirst().digest()), "it may be evicted");
    }

    @Test
    void aDeletedPublicationIsLetGoAlsoByAKeeperThatWasAway() {
        SimMember publisher = publisherAmong(2, 6);
        List<Part> image = published(publisher);
        SimMember away = world.keepers(image).getFirst();
        away.down();
        publisher.tags.clear();
        world.pass(A_REBOOT);
        assertEquals(List.of(), world.keepers(image));
        away.boot();
        world.round();
        world.round();
        assertEquals(List.of(), world.keepers(image));
        assertEquals(List.of(), away.ledger.entries());
    }

    @Test
    void aPublisherThatLostItsDiskDoesNotTakeTheCopiesAlong() {
        SimMember publisher = publisherAmong(2, 6);
        List<Part> image = published(publisher);
        publisher.down();
        publisher.wipe();
        publisher.boot();
        world.pass(LEASE_OVER);
        assertEquals(2, world.keepers(image).size());
    }

    @Test
    void anOperatorEndsWhatADeadPublisherWantedAndNobodyElseCan() throws Exception {
        SimMember publisher = publisherAmong(2, 6);
        SimMember operator = world.add(1, SimWorld.settings(0), Role.OPERATOR);
        List<Part> image = published(publisher);
        publisher.down();
        List<SimMember> keepers = world.keepers(image);
        SimMember away = keepers.getLast();
        away.down();
        String digest = image.getFirst().digest().toString();
        assertThrows(NeverException.class, () -> keepers.getFirst().wishes.unpin(digest));
        assertEquals(0, operator.wishes.unpin(digest).after());
        world.round();
        assertEquals(List.of(), world.keepers(image));
        away.boot();
        world.pass(LEASE_OVER);
        assertEquals(List.of(), world.keepers(image), "it was told by those that it kept it with");
    }

    @Test
    void aForgedReleaseIsRefused() {
        SimMember publisher = publisherAmong(1, 4);
        List<Part> image = published(publisher);
        SimMember keeper = world.keepers(image).getFirst();
        SimMember bad = world.members.getLast();
        Item item = publisher.ledger.entries().getFirst().item;
        Release own =
                Release.sign(bad.identity, item.id().manifest(), item.id().owner(), item.version());
        byte[] forged = new Wire.LetGo(own).write();
        assertThrows(
                NeverException.class, () -> keeper.answers.answer(bad.identity.self(), forged));
        assertTrue(keeper.keeps(image));
    }

    @Test
    void aPinIsKeptHereAndElsewhereUntilItIsTakenAway() throws Exception {
        SimMember first = publisherAmong(0, 6);
        List<Part> image = world.image(2, 10_000);
        first.publish(NAME, image);
        SimMember holder = world.members.getLast();
        holder.put(image);
        holder.tags.put(NAME, first.tags.get(NAME));
        assertEquals(new Replicas.Change(0, 3), holder.wishes.pin(NAME, 3));
        world.pass(A_REBOOT);
        assertEquals(3, world.keepers(image).size());
        assertTrue(holder.pins.contains(image.getLast().digest()));
        assertEquals(new Replicas.Change(3, 1), holder.wishes.pin(NAME, 1));
        world.pass(LEASE_OVER);
        assertEquals(1, world.keepers(image).size());
        assertEquals(new Replicas.Change(1, 0), holder.wishes.unpin(NAME));
        world.round();
        assertEquals(List.of(), world.keepers(image));
        assertFalse(holder.pins.contains(image.getLast().digest()));
        assertThrows(NeverException.class, () -> holder.wishes.pin("lab.test/lab/none:1", 1));
    }

    @Test
    void copiesGoWhereTheyAreAllowedAndThereIsRoom() {
        SimMember publisher = world.add(0, SimWorld.settings(2));
        ReplicaSettings none =
                new ReplicaSettings(
                        0, 0, SimWorld.CHECK, Duration.ofHours(1), Duration.ofHours(2), 10);
        for (int i = 0; i < 5; i++) {
            world.add(1, none);
        }
        SimMember willing = world.add(0, SimWorld.settings(0));
        List<Part> image = published(publisher);
        assertEquals(List.of(willing), world.keepers(image));
        String trouble = publisher.ledger.entries().getFirst().trouble;
        assertTrue(trouble.startsWith("1 of 2 copies missing"), trouble);

        List<Part> large = world.image(1, SimMember.QUOTA_BYTES);
        publisher.publish("lab.test/lab/large:1", large);
        world.pass(A_REBOOT);
        assertEquals(List.of(), world.keepers(large));
    }

    @Test
    void contentThatNobodyHasAnyMoreIsGivenUp() {
        SimMember publisher = publisherAmong(1, 3);
        List<Part> image = world.image(1, 1_000);
        publisher.publish(NAME, image);
        publisher.look(); // asks a keeper, which has not fetched it yet
        publisher.down();
        world.pass(A_REBOOT.multipliedBy(2));
        world.members.stream()
                .filter(m -> m.up)
                .forEach(m -> assertEquals(List.of(), m.ledger.entries()));
    }
}
