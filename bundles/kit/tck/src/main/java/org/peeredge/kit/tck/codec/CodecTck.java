// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.codec;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;

/**
 * What every codec does. Subclass it in the codec's own tests and say how the codec is made. Orders
 * follow from a seed that a failure names.
 */
@Timeout(60)
public abstract class CodecTck extends CodecCases {
    private static final int SWAPS = 100;

    @Test
    void sourceSymbolsInAnyOrderGiveTheGroup() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            List<Integer> numbers = shuffled(id.sourceSymbols(), seed);
            try (Encoder encoder = codec.prepare(id, group);
                    Decoder decoder = codec.decoder(id, group.sizeBytes())) {
                for (int number : numbers) {
                    assertFalse(decoder.ready());
                    decoder.offer(number, TestGroup.symbol(encoder, id, number));
                }
                assertRecovers(decoder, group);
            }
        });
    }

    @Test
    void manySymbolsInOneCallAreTheSameAsOneByOne() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            try (Encoder encoder = codec.prepare(id, group)) {
                int k = id.sourceSymbols();
                ByteBuffer all = ByteBuffer.allocate(k * id.symbolBytes() + 3).position(3);
                encoder.encode(0, k, all);
                all.flip().position(3);
                for (int i = 0; i < k; i++) {
                    ByteBuffer one = TestGroup.symbol(encoder, id, i);
                    int length = one.remaining();
                    assertEquals(one, all.slice(all.position(), length), "symbol " + i);
                    all.position(all.position() + length);
                }
                assertFalse(all.hasRemaining());
            }
        });
    }

    /** A symbol means the same from any sender: each comes from an encoder of its own. */
    @Test
    void symbolsOfSeveralSendersMix() throws IOException {
        CodecProvider codec = newCodec();
        CodecProvider other = newCodec();
        CodecId id = id(8, 1301);
        TestGroup group = new TestGroup(5, 8 * 1301 - 100);
        for (long seed = 0; seed < 10; seed++) {
            try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
                List<Integer> numbers = shuffled(symbols(id), seed);
                for (int i = 0; i < numbers.size(); i++) {
                    CodecProvider sender = i % 2 == 0 ? codec : other;
                    decoder.offer(numbers.get(i), group.symbol(sender, id, numbers.get(i)));
                }
                assertRecovers(decoder, group);
            }
        }
        stop(codec);
        stop(other);
    }

    @Test
    void repairSymbolsReplaceSourceSymbols() throws IOException {
        CodecProvider codec = newCodec();
        CodecId id = id(8, 1301);
        TestGroup group = new TestGroup(6, 8 * 1301);
        int lost = Math.min(3, symbols(id) - id.sourceSymbols());
        try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
            for (int number = lost; number < symbols(id) && !decoder.ready(); number++) {
                decoder.offer(number, group.symbol(codec, id, number));
            }
            assertRecovers(decoder, group);
        }
        stop(codec);
    }

    @Test
    void duplicatesCountOnce() throws IOException {
        CodecProvider codec = newCodec();
        CodecId id = id(4, 100);
        TestGroup group = new TestGroup(7, 350);
        try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
            for (int number = 0; number < 4; number++) {
                for (int again = 0; again < 5; again++) {
                    boolean ready = decoder.offer(number, group.symbol(codec, id, number));
                    assertEquals(ready, decoder.ready());
                    assertEquals(number == 3, ready, "after symbol " + number);
                }
            }
            assertRecovers(decoder, group);
        }
        stop(codec);
    }

    @Test
    void tooFewSymbolsAreSaidToBeTooFew() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
                List<Integer> numbers = shuffled(id.sourceSymbols(), seed);
                for (int number : numbers.subList(1, numbers.size())) {
                    assertFalse(decoder.offer(number, group.symbol(codec, id, number)));
                }
                ByteBuffer into = ByteBuffer.allocate(group.sizeBytes());
                assertThrows(IllegalStateException.class, () -> decoder.recover(into));
                assertEquals(0, into.position());
            }
        });
    }

    @Test
    void badSymbolsAreRefusedAndTheDecoderStaysUsable() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            try (Decoder decoder = codec.decoder(id, group.sizeBytes())) {
                ByteBuffer good = group.symbol(codec, id, 0);
                int length = good.remaining();
                refused(decoder, -1, length);
                refused(decoder, Integer.MIN_VALUE, length);
                if (id.repairSymbols() >= 0) {
                    refused(decoder, symbols(id), length);
                    refused(decoder, Integer.MAX_VALUE, length);
                }
                refused(decoder, 0, length - 1);
                refused(decoder, 0, id.symbolBytes() + 1);
                refused(decoder, 0, 0);
                for (int i = 0; i < id.sourceSymbols(); i++) {
                    decoder.offer(i, group.symbol(codec, id, i));
                }
                assertRecovers(decoder, group);
            }
        });
    }

    private static void refused(Decoder decoder, int number, int length) {
        ByteBuffer bad = ByteBuffer.allocate(length);
        assertThrows(
                IllegalArgumentException.class,
                () -> decoder.offer(number, bad),
                "symbol " + number + " of " + length + " bytes");
    }

    /** What a codec says that pulls may choose, it can do. */
    @Test
    void itHasTheCodesThatItSays() {
        CodecProvider codec = newCodec();
        for (int k : new int[] {1, 3, 16, 49, 64}) {
            int repairs = codec.repairSymbols(k);
            assertTrue(repairs >= -1, repairs + " repair symbols for " + k);
            CodecId id = new CodecId(codec.type(), k, repairs, 4096);
            if (repairs != 0) {
                assertDoesNotThrow(() -> codec.check(id), id.toString());
            }
        }
        stop(codec);
    }

    @Test
    void badParametersAreRefused() {
        CodecProvider codec = newCodec();
        for (CodecId id : badIds()) {
            TestGroup group = new TestGroup(1, id.sourceSymbols() * id.symbolBytes());
            assertThrows(IllegalArgumentException.class, () -> codec.check(id), id.toString());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> codec.prepare(id, group).close(),
                    id.toString());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> codec.decoder(id, group.sizeBytes()).close(),
                    id.toString());
        }
        CodecId id = id(4, 100);
        assertDoesNotThrow(() -> codec.check(id));
        assertEquals(codec.type(), id.type());
        for (int size : new int[] {-1, 0, 300, 401}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> codec.decoder(id, size).close(),
                    size + " bytes in 4 symbols of 100");
        }
        assertTrue(codec.workingBytes(id) >= 0 && codec.workingBytes(id) < 64 << 20);
        stop(codec);
    }

    @Test
    void encodersRefuseNumbersThatTheCodeDoesNotHave() throws IOException {
        CodecProvider codec = newCodec();
        CodecId id = id(4, 100);
        try (Encoder encoder = codec.prepare(id, new TestGroup(1, 350))) {
            List<int[]> bad = new ArrayList<>(List.of(new int[] {-1, 1}, new int[] {0, -1}));
            if (id.repairSymbols() >= 0) {
                bad.add(new int[] {symbols(id), 1});
                bad.add(new int[] {symbols(id) - 1, 2});
                bad.add(new int[] {1, Integer.MAX_VALUE});
            }
            for (int[] range : bad) {
                ByteBuffer into = ByteBuffer.allocate(1000);
                assertThrows(
                        IllegalArgumentException.class,
                        () -> encoder.encode(range[0], range[1], into),
                        range[0] + " + " + range[1]);
                assertEquals(0, into.position());
            }
        }
        stop(codec);
    }

    @Test
    void oneEncoderServesManyThreads() throws Exception {
        CodecProvider codec = newCodec();
        CodecId id = id(16, 4096);
        TestGroup group = new TestGroup(11, 16 * 4096 - 5);
        try (TestKernel kernel = new TestKernel();
                Encoder encoder = codec.prepare(id, group)) {
            ExecutorService pool = kernel.threads().newPool("org.peeredge.kit.tck", "codec", 4, 64);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                long seed = t;
                all.add(
                        pool.submit(() -> {
                            for (int i = 0; i < 20; i++) {
                                roundTrip(codec, encoder, id, group, seed * 100 + i);
                            }
                            return null;
                        }));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        stop(codec);
    }

    /** While others code, the plugin is replaced a hundred times; nothing fails, nothing stays. */
    @Test
    void hundredSwapsUnderLoadLeaveNothingBehind() throws Exception {
        CodecId id = id(8, 1301);
        TestGroup group = new TestGroup(12, 8 * 1301 - 1);
        stop(newCodec());
        Residue residue = Residue.now();
        PluginSlots<CodecProvider> slots =
                new PluginSlots<>(Duration.ofSeconds(10), 3, (type, reason) -> {});
        CodecProvider current = newCodec();
        slots.add(current.type(), 0, current);
        AtomicBoolean stop = new AtomicBoolean();
        try (TestKernel kernel = new TestKernel()) {
            ExecutorService pool = kernel.threads().newPool("org.peeredge.kit.tck", "codec", 2, 2);
            List<Future<Integer>> load = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                load.add(pool.submit(() -> codeUntil(stop, slots, id, group)));
            }
            try {
                for (int i = 0; i < SWAPS; i++) {
                    CodecProvider next = newCodec();
                    slots.add(next.type(), 0, next);
                    assertTrue(slots.remove(current), "not drained at swap " + i);
                    stop(current);
                    current = next;
                }
            } finally {
                stop.set(true);
            }
            for (Future<Integer> one : load) {
                assertTrue(one.get(30, TimeUnit.SECONDS) > 0, "no round trip was made");
            }
        }
        assertTrue(slots.remove(current));
        stop(current);
        residue.assertBack();
    }

    private static int codeUntil(
            AtomicBoolean stop, PluginSlots<CodecProvider> slots, CodecId id, TestGroup group)
            throws IOException {
        int trips = 0;
        while (!stop.get() || trips == 0) {
            Optional<Lease<CodecProvider>> lease = slots.lease(id.type());
            try (Lease<CodecProvider> codec = lease.orElseThrow();
                    Encoder encoder = codec.plugin().prepare(id, group)) {
                roundTrip(codec.plugin(), encoder, id, group, trips++);
            }
        }
        return trips;
    }

    /** Lost are as many as the code can do without, and more of a rateless one. */
    @Test
    void anySymbolsThatAreEnoughGiveTheGroup() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            try (Encoder encoder = codec.prepare(id, group);
                    Decoder decoder = codec.decoder(id, group.sizeBytes())) {
                for (long run = 0; run < 3; run++) {
                    List<Integer> numbers = shuffled(symbols(id), seed * 10 + run);
                    decoder.reset(group.sizeBytes());
                    for (int number : numbers) {
                        boolean ready =
                                decoder.offer(number, TestGroup.symbol(encoder, id, number));
                        assertEquals(ready, decoder.ready());
                        if (ready) {
                            break;
                        }
                    }
                    assertRecovers(decoder, group);
                    assertRecovers(decoder, group);
                }
            }
        });
    }

    @Test
    void oneEncoderAndOneDecoderDoOneGroupAfterAnother() throws IOException {
        forAllShapes((codec, id, group, seed) -> {
            TestGroup full = new TestGroup(seed, id.sourceSymbols() * id.symbolBytes());
            try (Encoder encoder = codec.prepare(id, full);
                    Decoder decoder = codec.decoder(id, full.sizeBytes())) {
                for (TestGroup one : List.of(full, group, full)) {
                    encoder.reset(one);
                    decoder.reset(one.sizeBytes());
                    assertFalse(decoder.ready());
                    for (int number : shuffled(symbols(id), seed)) {
                        decoder.offer(number, TestGroup.symbol(encoder, id, number));
                    }
                    assertRecovers(decoder, one);
                }
            }
        });
    }

    @Test
    void groupsThatDoNotFitAreRefusedByReset() throws IOException {
        CodecProvider codec = newCodec();
        CodecId id = id(4, 100);
        TestGroup group = new TestGroup(9, 350);
        try (Encoder encoder = codec.prepare(id, group);
                Decoder decoder = codec.decoder(id, 350)) {
            for (int size : new int[] {-1, 0, 300, 401}) {
                assertThrows(IllegalArgumentException.class, () -> decoder.reset(size));
            }
            assertThrows(
                    IllegalArgumentException.class, () -> encoder.reset(new TestGroup(1, 300)));
            for (int number = 0; number < 4; number++) {
                decoder.offer(number, TestGroup.symbol(encoder, id, number));
            }
            assertRecovers(decoder, group);
        }
        stop(codec);
    }
}
