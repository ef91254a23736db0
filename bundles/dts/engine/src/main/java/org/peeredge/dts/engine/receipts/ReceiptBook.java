// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.MalformedException;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receipts on disk: keys and values stand in {@code docs/protocol/engine.md}. What is over the
 * bounds is folded, oldest first: of each chain the last receipt stays, whose totals hold the sum.
 * Safe for use by many threads; writing blocks until it is durable, so never on the loop.
 */
final class ReceiptBook {
    /** Chains of one pair that are kept beside the newest. */
    static final int OLD_CHAINS = 4;

    static final int MAX_FORKS = 64;
    private static final int SCAN = 500;
    private static final String ENTRY = "e/";
    private static final String OPEN = "o/";
    private static final String FORK = "f/";
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptBook.class);

    private final Records records;
    private final int kept;
    private final MessageCodec codec = new MessageCodec();

    /**
     * Per pair the key of the last receipt of each chain, oldest chain first; used last is last.
     */
    private final LinkedHashMap<String, ArrayDeque<String>> pairs =
            new LinkedHashMap<>(16, 0.75f, true);

    /** Keys of receipts that are not the last of a chain, oldest first. */
    private final ArrayDeque<String> history = new ArrayDeque<>();

    private int forks;

    ReceiptBook(Records records, int kept) {
        this.records = records;
        this.kept = kept;
    }

    /** Reads everything; what cannot be read is removed. Call once, first. */
    synchronized LedgerEvent.Loaded load() {
        List<Receipt> all = new ArrayList<>();
        List<Message.Receipt> open = new ArrayList<>();
        each(ENTRY, bytes -> all.add(receipt(bytes)));
        each(OPEN, bytes -> open.add(taken(bytes)));
        each(
                FORK,
                bytes -> {
                    fork(bytes);
                    forks++;
                });
        // In the order of keys, hence of numbers; wall time, which may jump, only says what is old.
        Map<String, Long> age = new HashMap<>();
        Map<String, Long> pairAge = new HashMap<>();
        for (Receipt receipt : all) {
            Delivery d = receipt.delivery();
            place(d);
            age.put(key(d), d.atMillis());
            pairAge.merge(pair(d.giver(), d.taker()), d.atMillis(), Math::max);
        }
        List<String> old = new ArrayList<>(history);
        old.sort(Comparator.comparing(age::get));
        history.clear();
        history.addAll(old);
        List<String> order = new ArrayList<>(pairs.keySet());
        order.sort(Comparator.comparing(pairAge::get));
        order.forEach(pairs::get);
        fold();
        List<Receipt> last = last();
        return new LedgerEvent.Loaded(last.reversed(), open);
    }

    private interface Reader {
        void read(byte[] value);
    }

    private void each(String prefix, Reader reader) {
        String after = "";
        Map<String, byte[]> page;
        do {
            page = records.scan(prefix, after, SCAN);
            for (Map.Entry<String, byte[]> e : page.entrySet()) {
                after = e.getKey();
                try {
                    reader.read(e.getValue());
                } catch (MalformedException | IllegalArgumentException bad) {
                    LOG.warn("receipt '{}' cannot be read and is dropped", e.getKey(), bad);
                    records.remove(e.getKey());
                }
            }
        } while (page.size() == SCAN);
    }

    /** Keeps an entry that is about to be sent. */
    synchronized void open(Message.Receipt receipt) {
        records.put(OPEN + receipt.delivery().giver(), bytes(receipt));
    }

    /** Keeps a receipt, the newest of its chain. */
    synchronized void add(Receipt receipt) {
        records.put(key(receipt.delivery()), bytes(receipt));
        place(receipt.delivery());
        fold();
    }

    private void place(Delivery d) {
        String key = key(d);
        String pair = pair(d.giver(), d.taker());
        ArrayDeque<String> chains = pairs.computeIfAbsent(pair, _ -> new ArrayDeque<>());
        String newest = chains.peekLast();
        if (newest != null && newest.startsWith(chain(d))) {
            if (!newest.equals(key)) {
                history.add(chains.removeLast());
                chains.add(key);
            }
        } else {
            chains.add(key);
        }
    }

    private void fold() {
        for (ArrayDeque<String> chains : pairs.values()) {
            while (chains.size() > OLD_CHAINS + 1) {
                records.remove(chains.remove());
            }
        }
        while (pairs.size() > 2 * Ledgers.MAX_PAIRS) {
            Map.Entry<String, ArrayDeque<String>> oldest = pairs.entrySet().iterator().next();
            pairs.remove(oldest.getKey());
            oldest.getValue().forEach(records::remove);
        }
        while (history.size() > kept) {
            records.remove(history.remove());
        }
    }

    /** Keeps an entry when another one of its number is kept here; the first 64 such cases. */
    synchronized boolean suspect(Message.Receipt receipt) {
        Delivery d = receipt.delivery();
        Optional<byte[]> value = records.get(key(d));
        String key = FORK + HexFormat.of().formatHex(d.hash());
        if (value.isEmpty() || forks >= MAX_FORKS || records.get(key).isPresent()) {
            return false;
        }
        Receipt known = receipt(value.get());
        if (java.util.Arrays.equals(known.delivery().hash(), d.hash())) {
            return false;
        }
        records.put(key, join(value.get(), bytes(receipt)));
        forks++;
        return true;
    }

    /** Of each chain the last, newest first. */
    synchronized List<Receipt> last() {
        List<Receipt> all = new ArrayList<>();
        pairs.values().forEach(chains -> chains.forEach(key -> get(key).ifPresent(all::add)));
        all.sort(Comparator.comparingLong((Receipt r) -> r.delivery().atMillis()).reversed());
        return all;
    }

    synchronized List<Receipt> export(NodeId giver, NodeId taker) {
        List<Receipt> all = new ArrayList<>();
        each(ENTRY + pair(giver, taker) + "/", bytes -> all.add(receipt(bytes)));
        return all;
    }

    synchronized List<Fork> forks() {
        List<Fork> all = new ArrayList<>();
        each(FORK, bytes -> all.add(fork(bytes)));
        return all;
    }

    private Optional<Receipt> get(String key) {
        return records.get(key).map(this::receipt);
    }

    private static String pair(NodeId giver, NodeId taker) {
        return giver + "/" + taker;
    }

    /** Sorts by epoch. */
    private static String chain(Delivery d) {
        return ENTRY
                + pair(d.giver(), d.taker())
                + "/"
                + HexFormat.of().toHexDigits(d.epoch())
                + "/";
    }

    private static String key(Delivery d) {
        return chain(d) + HexFormat.of().toHexDigits(d.number());
    }

    // Values: frames of the protocol, one after the other, each with its length before it

    private byte[] bytes(Message message) {
        ByteBuffer frame = codec.encode(message);
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + frame.remaining());
        return out.putInt(frame.remaining()).put(frame).array();
    }

    private byte[] bytes(Receipt r) {
        Delivery d = r.delivery();
        return join(
                bytes(new Message.Receipt(d, r.takerCertificate(), r.takerSignature())),
                bytes(
                        new Message.Countersigned(
                                d.hash(),
                                Verdict.SIGNED,
                                d.epoch(),
                                r.giverCertificate(),
                                r.giverSignature())));
    }

    private static byte[] join(byte[] one, byte[] two) {
        return ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
    }

    private Message.Receipt taken(byte[] value) {
        return next(ByteBuffer.wrap(value), Message.Receipt.class);
    }

    private Receipt receipt(byte[] value) {
        return receipt(ByteBuffer.wrap(value));
    }

    private Receipt receipt(ByteBuffer in) {
        Message.Receipt one = next(in, Message.Receipt.class);
        Message.Countersigned two = next(in, Message.Countersigned.class);
        return new Receipt(
                one.delivery(),
                one.certificate(),
                one.signature(),
                two.certificate(),
                two.signature());
    }

    private Fork fork(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        Receipt known = receipt(in);
        Message.Receipt other = next(in, Message.Receipt.class);
        return new Fork(known, other.delivery(), other.certificate(), other.signature());
    }

    private <T extends Message> T next(ByteBuffer in, Class<T> type) {
        int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a record is cut short");
        }
        ByteBuffer frame = in.slice(in.position(), length);
        in.position(in.position() + length);
        return codec.decode(frame)
                .filter(type::isInstance)
                .map(type::cast)
                .orElseThrow(() -> new IllegalArgumentException("not a record of " + type));
    }
}
