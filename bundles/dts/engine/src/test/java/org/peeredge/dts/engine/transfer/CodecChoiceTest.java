// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.codec.none.NoneCodec;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestRecords;

/** The choice of a codec in a whole engine: on its threads, in its store. */
final class CodecChoiceTest {
    @Test
    void anEngineChoosesAndRemembers() throws Exception {
        try (TestKernel kernel = new TestKernel();
                TestNode node =
                        new TestNode(new TestMesh(kernel.clock()), new MemoryNetwork(), 1, 1)) {
            Codecs codecs = node.engine.codecs();
            assertEquals(Codecs.AUTO, codecs.inUse());
            node.codecs.add("rs", 0, new NoneCodec());
            node.engine.codecs().changed();
            assertEquals(
                    new Codecs.Change("auto", "rs"),
                    codecs.use("rs").toCompletableFuture().get(10, TimeUnit.SECONDS));
            CodecSpeed speed = new CodecSpeed(7, 9);
            codecs.measured("rs", speed).toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertEquals(Map.of("rs", speed), codecs.measured());
            TestRecords kept = (TestRecords) node.store.records("org.peeredge.dts.engine.codecs");
            assertEquals(Set.of("chosen", "speed.rs"), kept.map().keySet());
        }
    }
}
