// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;

final class CodecCommandsTest {
    private final FakeContext services = new FakeContext();

    private String run(ShellCommand command) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            command.run(new Services(services.context()), out);
        } finally {
            assertEquals(0, services.held(), "services not given back");
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private JsonNode list() throws Exception {
        CodecListCommand command = new CodecListCommand();
        command.json = true;
        return new ObjectMapper().readTree(run(command));
    }

    private void install(String type, int ranking) {
        services.add(
                CodecProvider.class,
                FakeContext.proxy(CodecProvider.class, (method, args) -> type),
                Map.of("peeredge.type", type, "service.ranking", ranking));
    }

    private void engine(String chosen, String inUse) {
        services.add(
                Codecs.class,
                FakeContext.proxy(
                        Codecs.class,
                        (method, args) ->
                                switch (method) {
                                    case "chosen" -> chosen;
                                    case "inUse" -> inUse;
                                    case "measured" ->
                                            Map.of("rs", new CodecSpeed(5_400_000_000L, 499_600));
                                    default ->
                                            args[0].equals("fft")
                                                    ? CompletableFuture.failedFuture(
                                                            new IllegalArgumentException("no fft"))
                                                    : CompletableFuture.completedFuture(
                                                            new Codecs.Change(
                                                                    chosen, (String) args[0]));
                                }),
                Map.of());
    }

    @Test
    void listsWhatIsThereWithoutAnEngine() throws Exception {
        install("rs", 7);
        JsonNode row = list().get(0);
        assertEquals("rs", row.get("type").asText());
        assertEquals(7, row.get("ranking").asInt());
        assertEquals("", row.get("use").asText());
        assertEquals(-1, row.get("encode_mb_s").asInt());
    }

    @Test
    void listsWhatIsInUseAndHowFastItIs() throws Exception {
        install("none", 0);
        install("rs", 7);
        install("rs", 0);
        engine("rs", "rs");
        JsonNode rows = list();
        assertEquals(3, rows.size());
        assertEquals("", rows.get(0).get("use").asText());
        assertEquals(-1, rows.get(0).get("decode_mb_s").asInt());
        assertEquals("in use", rows.get(1).get("use").asText());
        assertEquals(5_400, rows.get(1).get("encode_mb_s").asInt());
        assertEquals(0, rows.get(1).get("decode_mb_s").asInt());
        assertEquals("", rows.get(2).get("use").asText(), "the best of its type is used");
        assertTrue(run(new CodecListCommand()).contains("in use"));
    }

    @Test
    void listsWhatWouldBeUsedIfItWereThere() throws Exception {
        install("none", 0);
        engine("rs", "none");
        JsonNode rows = list();
        assertEquals("in use", rows.get(0).get("use").asText());
        assertEquals("rs", rows.get(1).get("type").asText());
        assertEquals("when it comes", rows.get(1).get("use").asText());
        assertEquals("not installed", rows.get(1).get("bundle").asText());
    }

    @Test
    void listsWhatIsChosenAndTrippedOff() throws Exception {
        install("none", 0);
        install("rs", 0);
        engine("rs", "none");
        assertEquals(List.of("in use", "out of use"), list().findValuesAsText("use"));
    }

    @Test
    void listsThatLossesDecide() throws Exception {
        install("none", 0);
        install("rs", 0);
        engine("auto", "auto");
        List<String> use = list().findValuesAsText("use");
        assertEquals(List.of("auto", "auto"), use);
    }

    @Test
    void usePrintsWhatWasAndWhatIs() throws Exception {
        engine("auto", "auto");
        CodecUseCommand use = new CodecUseCommand();
        use.type = "rs";
        assertEquals("codec: auto -> rs\n", run(use));
        use.json = true;
        JsonNode row = new ObjectMapper().readTree(run(use)).get(0);
        assertEquals("rs", row.get("after").asText());
        use.type = "fft";
        assertEquals(
                "no fft",
                assertThrows(IllegalArgumentException.class, () -> run(use)).getMessage());
    }
}
