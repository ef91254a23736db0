// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Coding;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.transfer.Symbols.Symbol;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores a group from symbols, some of which may be false. A repair symbol cannot be checked by
 * itself; the group can, piece by piece. When it does not match, it is tried without each sender,
 * and with each alone. Once it matches, all symbols are made again from it: who sent others is
 * named, and nobody else. Safe for use by many threads.
 */
final class GroupDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(GroupDecoder.class);

    /** A rateless code that could not be decoded most likely can with so many more. */
    private static final int MORE = 2;

    private final Blobs blobs;
    private final Sha256 sha;
    private final PluginSlots<CodecProvider> codecs;
    private final CodecThreads threads;
    private final BufferPool blocks;
    private final NodeId self;

    GroupDecoder(
            Blobs blobs,
            Sha256 sha,
            PluginSlots<CodecProvider> codecs,
            CodecThreads threads,
            BufferPool blocks,
            NodeId self) {
        this.self = self;
        this.blobs = blobs;
        this.sha = sha;
        this.codecs = codecs;
        this.threads = threads;
        this.blocks = blocks;
    }

    /** Does it; adds what came of it to {@code results}. */
    void decode(Action.Decode a, Symbols symbols, List<Event> results) {
        Optional<Lease<CodecProvider>> found = codecs.lease(a.codec().type());
        Optional<ByteBuffer[]> block = found.isEmpty() ? Optional.empty() : blocks.take(1);
        if (block.isEmpty()) {
            found.ifPresent(Lease::close);
            results.add(undecoded(a, 0, false));
            return;
        }
        try (Lease<CodecProvider> lease = found.get()) {
            new Attempt(a, symbols, lease, block.get()[0], results).run();
            lease.succeeded();
        } catch (RetryLaterException full) {
            results.add(new Event.StoreFailed(a.digest(), Ingress.message(full), true));
        } catch (IOException e) {
            results.add(new Event.StoreFailed(a.digest(), Ingress.message(e), false));
        } catch (RuntimeException | Error e) {
            found.get().failed(e);
            LOG.debug("codec '{}' did not decode {}", a.codec().type(), a.digest(), e);
            results.add(undecoded(a, 0, false));
        } finally {
            if (threads.givenUp()) {
                blocks.lose(1);
            } else {
                blocks.give(block.get());
            }
        }
    }

    /** It hangs: whoever removes it does not wait for this use. */
    private static void trip(Lease<CodecProvider> lease, String reason) {
        lease.trip(reason);
        lease.close();
    }

    private static Event undecoded(Action.Decode a, int more, boolean mixed) {
        return new Event.GroupUndecoded(a.digest(), a.group(), more, mixed);
    }

    /** One group on its way through one codec. */
    private final class Attempt {
        private final Action.Decode action;
        private final Symbols symbols;
        private final Lease<CodecProvider> lease;
        private final CodecProvider codec;
        private final List<Event> results;
        private final ByteBuffer block;
        private final List<Symbol> known = new ArrayList<>();

        Attempt(
                Action.Decode a,
                Symbols symbols,
                Lease<CodecProvider> lease,
                ByteBuffer block,
                List<Event> results) {
            this.action = a;
            this.symbols = symbols;
            this.lease = lease;
            this.codec = lease.plugin();
            this.results = results;
            this.block = block.clear().limit(a.bytes()).slice();
        }

        void run() throws IOException {
            codec.check(action.codec());
            readKnown();
            if (!restored(from -> true)) {
                results.add(undecoded(action, missing(), false));
                return;
            }
            if (matches()) {
                store();
                return;
            }
            if (parted()) {
                blame();
                store();
            } else {
                results.add(undecoded(action, MORE, true));
            }
        }

        /** Whether it matches without some sender, or by one alone; names those who fail alone. */
        private boolean parted() {
            Set<NodeId> senders = symbols.senders();
            for (NodeId one : senders) {
                if (restored(from -> !from.equals(one)) && matches()) {
                    return true;
                }
            }
            List<NodeId> liars = new ArrayList<>();
            for (NodeId one : senders) {
                if (restored(one::equals)) {
                    if (matches()) {
                        return true;
                    }
                    liars.add(one);
                }
            }
            liars.forEach(liar -> forged(liar, symbols.bytesOf(liar)));
            return false;
        }

        private void forged(NodeId from, int bytes) {
            results.add(new Event.SymbolsForged(action.digest(), action.group(), from, bytes));
        }

        /** Pieces that are here are the source symbols that they consist of. */
        private void readKnown() throws IOException {
            BitSet pieces = action.known();
            for (int p = pieces.nextSetBit(0); p >= 0; p = pieces.nextSetBit(p + 1)) {
                int piece = action.group() * Pieces.GROUP_PIECES + p;
                ByteBuffer bytes = ByteBuffer.allocate(Pieces.length(action.sizeBytes(), piece));
                partial().read(Pieces.offset(action.sizeBytes(), piece), bytes);
                bytes.flip();
                int number = p * Coding.SYMBOLS;
                while (bytes.hasRemaining()) {
                    int length = Math.min(action.codec().symbolBytes(), bytes.remaining());
                    known.add(new Symbol(number++, self, bytes.slice(bytes.position(), length)));
                    bytes.position(bytes.position() + length);
                }
            }
        }

        private PartialBlob partial() throws IOException {
            return blobs.partial(action.digest())
                    .orElseThrow(() -> new IOException("blob " + action.digest() + " is not open"));
        }

        private int missing() {
            int lacking = action.codec().sourceSymbols() - known.size() - symbols.all().size();
            return Math.max(MORE, lacking);
        }

        /** One call of the codec: it has its time for each. */
        private <T, E extends Exception> T call(CodecThreads.Work<T, E> work) throws E {
            return threads.call(action.codec().type(), reason -> trip(lease, reason), work);
        }

        private boolean restored(Predicate<NodeId> from) {
            return call(() -> restore(from));
        }

        private boolean restore(Predicate<NodeId> from) {
            try (Decoder decoder = codec.decoder(action.codec(), action.bytes())) {
                for (Symbol symbol : known) {
                    decoder.offer(symbol.number(), symbol.bytes().duplicate());
                }
                for (Symbol symbol : symbols.all()) {
                    if (from.test(symbol.from())
                            && decoder.offer(symbol.number(), symbol.bytes().duplicate())) {
                        break;
                    }
                }
                if (!decoder.ready()) {
                    return false;
                }
                decoder.recover(block.clear());
                return true;
            }
        }

        private boolean matches() {
            for (Action.Part part : action.parts()) {
                byte[] hash = sha.of(block.slice(part.offset(), part.bytes()));
                if (!MessageDigest.isEqual(hash, part.hash())) {
                    return false;
                }
            }
            return true;
        }

        private void store() throws IOException {
            PartialBlob partial = partial();
            int at = 0;
            for (Action.Part part : action.parts()) {
                partial.write(part.piece(), block.slice(part.offset(), part.bytes()));
                NodeId giver = symbols.sender(at++, action.parts().size());
                results.add(
                        new Event.PieceStored(action.digest(), part.piece(), giver, part.bytes()));
            }
            results.add(new Event.GroupDecoded(action.digest(), action.group()));
        }

        /** Makes each symbol again and names those who sent others. */
        private void blame() throws IOException {
            call(this::compared).forEach(this::forged);
        }

        private Map<NodeId, Integer> compared() throws IOException {
            Map<NodeId, Integer> forged = new LinkedHashMap<>();
            CodecId id = action.codec();
            ByteBuffer made = ByteBuffer.allocateDirect(id.symbolBytes());
            try (Encoder encoder = codec.prepare(id, source())) {
                for (Symbol symbol : symbols.all()) {
                    encoder.encode(symbol.number(), 1, made.clear());
                    if (!made.flip().equals(symbol.bytes().duplicate())) {
                        forged.merge(symbol.from(), symbol.bytes().remaining(), Integer::sum);
                    }
                }
            }
            return forged;
        }

        private GroupSource source() {
            return new GroupSource() {
                @Override
                public int sizeBytes() {
                    return action.bytes();
                }

                @Override
                public void read(int offset, ByteBuffer into) {
                    int length = into.remaining();
                    into.put(block.slice(offset, length));
                }
            };
        }
    }
}
