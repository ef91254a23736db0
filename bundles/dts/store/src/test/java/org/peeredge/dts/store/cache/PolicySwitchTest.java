// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.cache.Cache.Change;
import org.peeredge.dts.api.cache.Cache.PolicyInfo;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestKernel;

/** A change of the policy: in which order, and what the configuration has to do with it. */
final class PolicySwitchTest {
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final TestKernel kernel = new TestKernel();
    private final TestCache cache = new TestCache(kernel, "one", PATIENT);

    @BeforeEach
    void threePolicies() {
        cache.evictor().attach(100, List::of);
        for (String type : List.of("one", "two", "three")) {
            cache.add(type, new Scripted());
        }
    }

    @AfterEach
    void close() {
        cache.close();
        kernel.close();
    }

    private void configured(String type) {
        cache.configure(type, PATIENT, 1);
    }

    @Test
    void isRememberedBeforeItIsInForce() throws Exception {
        List<String> inForce = new ArrayList<>();
        cache.beforeSaved =
                type -> {
                    inForce.add(cache.cache().policy());
                    throw new IOException("No space left on device");
                };
        ExecutionException e = assertThrows(ExecutionException.class, () -> cache.use("two"));
        assertTrue(e.getCause() instanceof RetryLaterException, e.toString());
        assertTrue(e.toString().contains("No space left"), e.toString());
        assertEquals(List.of("one"), inForce);
        assertEquals("one", cache.cache().policy());
        cache.beforeSaved = type -> {};
        assertEquals(new Change("one", "two"), cache.use("two"));
        configured("three");
        assertEquals("three", cache.cache().policy(), "an operator's edit counts");
    }

    @Test
    void theConfigurationsEchoDoesNotUndoTheNextChange() throws Exception {
        cache.use("two");
        cache.use("three");
        configured("two");
        assertEquals("three", cache.cache().policy());
        configured("three");
        configured("two");
        assertEquals("two", cache.cache().policy(), "an operator's edit counts");
    }

    @Test
    void anEchoWhileItIsRememberedIsNoHarm() throws Exception {
        cache.beforeSaved = this::configured;
        assertEquals(new Change("one", "two"), cache.use("two"));
        assertEquals("two", cache.cache().policy());
    }

    @Test
    void anEditMeanwhileStands() {
        cache.beforeSaved = type -> configured("three");
        ExecutionException e = assertThrows(ExecutionException.class, () -> cache.use("two"));
        assertTrue(e.getCause() instanceof NeverException, e.toString());
        assertEquals("three", cache.cache().policy());
    }

    @Test
    void onePolicyThatTripsWhileItIsCheckedIsNotRemembered() {
        Scripted bad = new Scripted();
        bad.before =
                () -> {
                    throw new IllegalStateException("not today");
                };
        cache.add("bad", bad);
        assertThrows(ExecutionException.class, () -> cache.use("bad"));
        assertEquals(List.of(), cache.saved);
        assertEquals("one", cache.cache().policy());
    }

    @Test
    void theStoresOwnOrderCanBeChosenAndLeft() throws Exception {
        PolicyInfo own = new PolicyInfo("builtin", Integer.MIN_VALUE, "ready");
        assertEquals(own, cache.cache().policies().getLast());
        assertEquals(new Change("one", "builtin"), cache.use("builtin"));
        assertEquals("builtin", cache.cache().policy());
        assertEquals(List.of("builtin"), cache.saved);
        assertEquals("in force", cache.cache().policies().getLast().state());
        assertEquals("ready", cache.cache().policies().getFirst().state());
        assertEquals(new Change("builtin", "two"), cache.use("two"));
        configured("builtin");
        configured("two");
        assertEquals("two", cache.cache().policy());
    }
}
