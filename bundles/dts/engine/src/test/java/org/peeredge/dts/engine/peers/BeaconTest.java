// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.NodeId;

/** The datagram: good, cut short, longer, random bytes. */
class BeaconTest {
    private final Beacon beacon =
            new Beacon(
                    "0123456789abcdef",
                    new NodeId("ab".repeat(20)),
                    List.of(
                            new PeerAddress("tcp", "192.168.1.7", 7440),
                            new PeerAddress("tcp", "fd00::1", 7440)));

    @Test
    void goodOneComesBack() {
        assertEquals(Optional.of(beacon), Beacon.decode(beacon.encode()));
    }

    @Test
    void cutShortIsIgnored() {
        ByteBuffer whole = beacon.encode();
        for (int n = 0; n < whole.remaining(); n++) {
            assertEquals(Optional.empty(), Beacon.decode(whole.duplicate().limit(n)), "at " + n);
        }
    }

    @Test
    void bytesOfALaterVersionAreSkipped() {
        ByteBuffer whole = beacon.encode();
        ByteBuffer longer = ByteBuffer.allocate(whole.remaining() + 9).put(whole);
        assertEquals(Optional.of(beacon), Beacon.decode(longer.clear()));
    }

    @Test
    void otherVersionIsIgnored() {
        assertEquals(Optional.empty(), Beacon.decode(beacon.encode().put(4, (byte) 2)));
    }

    @Test
    void addressesThatDoNotFitAreLeftOut() {
        List<PeerAddress> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new PeerAddress("tcp", "h".repeat(200), 1000 + i));
        }
        ByteBuffer bytes = new Beacon(beacon.mesh(), beacon.node(), many).encode();
        assertTrue(bytes.remaining() <= Beacon.MAX_BYTES);
        assertEquals(5, Beacon.decode(bytes).orElseThrow().addresses().size());
    }

    @Test
    void randomBytesAreReadOrIgnored() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        for (int i = 0; i < 50_000; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(2048);
            bytes.put(beacon.encode()).flip();
            for (int k = random.nextInt(1, 6); k > 0; k--) {
                bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
            }
            Beacon.decode(bytes).ifPresent(b -> assertTrue(b.addresses().size() <= 16));
        }
    }
}
