// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.codec.none.NoneCodec;
import org.peeredge.dts.engine.swarm.Coding;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.TestRecords;

final class CodecDeskTest {
    private static final CodecSpeed FAST = new CodecSpeed(5_000_000_000L, 3_000_000_000L);

    private final TestRecords records = new TestRecords();
    private final PluginSlots<CodecProvider> slots =
            new PluginSlots<>(Duration.ofSeconds(1), 3, (type, reason) -> {});
    private final CodecProvider rs = new NoneCodec();
    private final List<Coding> told = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Timers timers = new Timers();

    /** Timers that go off when the test says so. */
    private static final class Timers implements Loop {
        private final List<Runnable> due = new ArrayList<>();

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            assertEquals(CodecDesk.GRACE, delay);
            due.add(task);
            return () -> due.remove(task);
        }

        void fire() {
            List<Runnable> now = List.copyOf(due);
            due.clear();
            now.forEach(Runnable::run);
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void close() {
            due.clear();
        }
    }

    @BeforeEach
    void install() {
        slots.add("none", 0, new NoneCodec());
        slots.add("rs", 0, rs);
    }

    private CodecDesk desk(String configured, Executor workers) {
        CodecDesk desk =
                new CodecDesk(
                        new CodecDesk.Ports(
                                configured,
                                new CodecRecords(records),
                                workers,
                                timers,
                                slots,
                                event ->
                                        told.add(
                                                assertInstanceOf(Event.CodingChanged.class, event)
                                                        .coding()),
                                complaints::add));
        desk.start();
        return desk;
    }

    private CodecDesk desk(String configured) {
        return desk(configured, Runnable::run);
    }

    private static <T> T end(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Throwable failure(CompletionStage<?> stage) {
        Throwable cause = assertThrows(CompletionException.class, () -> end(stage)).getCause();
        return assertInstanceOf(Throwable.class, cause);
    }

    private static Coding coding(String use) {
        return new Coding(use, Map.of("rs", Coding.Speed.UNKNOWN), Map.of());
    }

    @Test
    void theWordsAreThoseOfTheSwarm() {
        assertEquals(Coding.AUTO, Codecs.AUTO);
        assertEquals(Coding.NONE, Codecs.NONE);
    }

    @Test
    void aChoiceIsToldAtOnceAndOutlivesARestart() {
        CodecDesk desk = desk("auto");
        assertEquals(List.of(coding("auto")), told, "none is no code");
        assertEquals(new Codecs.Change("auto", "rs"), end(desk.use("rs")));
        assertEquals(List.of(coding("auto"), coding("rs")), told);
        assertEquals("rs", desk.inUse());
        desk.stop();

        CodecDesk next = desk("auto");
        assertEquals("rs", next.chosen());
        assertEquals(coding("rs"), told.getLast());
        assertEquals(new Codecs.Change("rs", "none"), end(next.use("none")));
        assertEquals(new Codecs.Change("none", "auto"), end(next.use("auto")));
        assertEquals("auto", desk("auto").chosen());
    }

    /** Whoever spoke last is heard, the shell or the file. */
    @Test
    void aChangedConfigurationOverrulesWhatWasChosenBefore() {
        end(desk("none").use("rs"));
        assertEquals("rs", desk("none").chosen());
        assertEquals("auto", desk("auto").chosen());
        assertEquals("none", desk("none").chosen(), "the old choice does not come back");
        assertEquals("rs", desk("rs").inUse());
    }

    @Test
    void refusesWhatIsNotThere() {
        CodecDesk desk = desk("auto");
        IllegalArgumentException unknown =
                assertInstanceOf(IllegalArgumentException.class, failure(desk.use("fft")));
        assertTrue(
                String.valueOf(unknown.getMessage()).contains("only [rs, none]")
                        && String.valueOf(unknown.getMessage()).endsWith("use auto or none"),
                unknown.getMessage());
        assertInstanceOf(IllegalArgumentException.class, failure(desk.measured("fft", FAST)));
        assertInstanceOf(IllegalArgumentException.class, failure(desk.measured("none", FAST)));
        assertEquals("auto", desk.chosen());
        assertEquals(1, told.size());
        assertTrue(records.map().isEmpty(), records.map().keySet().toString());
    }

    @Test
    void whatIsGoneIsUsedAgainWhenItComes() {
        CodecDesk desk = desk("auto");
        end(desk.use("rs"));
        slots.remove(rs);
        desk.changed();
        assertEquals(new Coding("none", Map.of(), Map.of()), told.getLast());
        assertEquals("rs", desk.chosen());
        assertEquals("none", desk.inUse());
        assertEquals(List.of(), complaints, "it may be swapped just now");
        timers.fire();
        assertEquals(1, complaints.size());
        assertTrue(
                complaints.getFirst().contains("'rs'")
                        && complaints.getFirst().contains("dts:codec-use")
                        && complaints.getFirst().contains("install its bundle"),
                complaints.getFirst());
        desk.changed();
        timers.fire();
        assertEquals(1, complaints.size(), "said once");

        slots.add("rs", 0, rs);
        desk.changed();
        assertEquals(coding("rs"), told.getLast());
        slots.remove(rs);
        desk.changed();
        slots.add("rs", 0, rs);
        desk.changed();
        timers.fire();
        assertEquals(1, complaints.size(), "it came in time");
    }

    @Test
    void whatIsTrippedOffIsNotUsed() {
        CodecDesk desk = desk("rs");
        try (Lease<CodecProvider> lease = slots.lease("rs").orElseThrow()) {
            lease.trip("it lies");
        }
        desk.changed();
        assertEquals(new Coding("none", Map.of(), Map.of()), told.getLast());
        timers.fire();
        assertTrue(complaints.getFirst().contains("it lies"), complaints.getFirst());
    }

    @Test
    void tellsOnlyWhatChanged() {
        CodecDesk desk = desk("auto");
        slots.add("rs", 7, new NoneCodec());
        desk.changed();
        assertEquals(1, told.size());
        slots.add("fft", 0, new NoneCodec());
        desk.changed();
        assertEquals(2, told.size());
        assertEquals(Map.of("rs", Coding.Speed.UNKNOWN, "fft", Coding.Speed.UNKNOWN), codecs());
        desk.stop();
        slots.remove(rs);
        desk.changed();
        timers.fire();
        assertEquals(2, told.size(), "it has stopped");
    }

    private Map<String, Coding.Speed> codecs() {
        return told.getLast().codecs();
    }

    @Test
    void speedsAreToldAndKept() {
        CodecDesk desk = desk("auto");
        end(desk.measured("rs", FAST));
        Coding.Speed speed = new Coding.Speed(5_000_000_000L, 3_000_000_000L);
        assertEquals(Map.of("rs", speed), codecs());
        assertEquals(Map.of("rs", FAST), desk.measured());
        CodecDesk next = desk("auto");
        assertEquals(Map.of("rs", FAST), next.measured());
        assertEquals(Map.of("rs", speed), codecs());
        CodecSpeed slow = new CodecSpeed(1, 1);
        end(next.measured("rs", slow));
        assertEquals(Map.of("rs", slow), next.measured());
    }

    @Test
    void damagedRecordsAreAsIfTheyWereNotThere() {
        records.put("chosen", new byte[] {1, 2, (byte) 0xff});
        records.put("speed.rs", new byte[16]);
        records.put("speed.fft", new byte[3]);
        CodecDesk desk = desk("auto");
        assertEquals("auto", desk.chosen());
        assertEquals(Map.of(), desk.measured());
        assertTrue(records.get("chosen").isEmpty());
    }

    @Test
    void withoutAWorkerNothingChanges() {
        CodecDesk desk =
                desk(
                        "auto",
                        task -> {
                            throw new RejectedExecutionException("full");
                        });
        assertInstanceOf(RetryLaterException.class, failure(desk.use("rs")));
        assertInstanceOf(RetryLaterException.class, failure(desk.measured("rs", FAST)));
        assertEquals("auto", desk.chosen());
        assertEquals(Map.of(), desk.measured());
    }

    @Test
    void whatCannotBeKeptDoesNotCount() {
        CodecDesk desk = desk("auto");
        // Too long for a table: any failure of the store.
        slots.add("x".repeat(2_000), 0, new NoneCodec());
        desk.changed();
        int before = told.size();
        failure(desk.measured("x".repeat(2_000), FAST));
        assertEquals(Map.of(), desk.measured());
        assertEquals(before, told.size());
    }
}
