// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.receipt.Delivery;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.simnet.VirtualTime;
import org.peeredge.kit.tck.TestRecords;

/**
 * Nodes that deliver bytes to each other and keep accounts of them, in virtual time: the real state
 * machine and the real book, a disk that survives a crash, keys that are only names, and a network
 * that loses, repeats and reorders.
 */
final class ReceiptSim {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final Digest BLOB = new Digest("sha256", "ab".repeat(32));

    final VirtualTime time = new VirtualTime();
    final SplittableRandom random;
    final ReceiptLimits limits;
    final List<Node> nodes = new ArrayList<>();

    /** The truth, by giver and taker. */
    final Map<String, Long> sent = new HashMap<>();

    final Map<String, Long> delivered = new HashMap<>();

    /** Whether the network is kind. */
    boolean kind = true;

    ReceiptSim(long seed, ReceiptLimits limits) {
        this.random = new SplittableRandom(seed);
        this.limits = limits;
    }

    Node node() {
        Node node =
                new Node(
                        new NodeId(
                                String.format(java.util.Locale.ROOT, "%040x", nodes.size() + 1)));
        nodes.add(node);
        node.start();
        return node;
    }

    void run(long nanos) {
        time.runUntil(() -> false, time.nanos() + nanos);
    }

    private long soon(long atMost) {
        return 1 + random.nextLong(atMost);
    }

    /** Bytes on their way; some are lost or come twice, which the taker does not count. */
    void deliver(Node giver, Node taker, long bytes) {
        if (giver.up.contains(taker) && taker.up.contains(giver)) {
            sent.merge(pair(giver.id, taker.id), bytes, Long::sum);
            giver.handle(new LedgerEvent.Sent(taker.id, bytes));
            int life = taker.life;
            if (kind || random.nextInt(10) != 0) {
                time.after(
                        soon(100 * MILLI),
                        () -> {
                            if (taker.life == life) {
                                delivered.merge(pair(giver.id, taker.id), bytes, Long::sum);
                                taker.handle(new LedgerEvent.Stored(giver.id, BLOB, bytes, 1));
                            }
                        });
            }
        }
    }

    static String pair(NodeId giver, NodeId taker) {
        return giver + "/" + taker;
    }

    static byte[] signature(NodeId by, byte[] statement) {
        byte[] name = (by + " " + Arrays.hashCode(statement)).getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(name, Math.min(name.length, 80));
    }

    final class Node {
        final NodeId id;
        TestRecords disk = new TestRecords();
        ReceiptBook book = new ReceiptBook(disk, limits.kept());
        Ledgers ledgers;
        final List<Node> up = new ArrayList<>();
        final List<Message.Receipt> seen = new ArrayList<>();
        final List<Verdict> answers = new ArrayList<>();
        final Map<NodeId, Boolean> owing = new HashMap<>();
        int life;
        int signatures;
        int broken;
        boolean diskFull;

        Node(NodeId id) {
            this.id = id;
            ledgers = new Ledgers(id, limits);
        }

        void start() {
            int mine = ++life;
            book = new ReceiptBook(disk, limits.kept());
            ledgers = new Ledgers(id, limits);
            owing.clear();
            LedgerEvent loaded = book.load();
            after(soon(20 * MILLI), mine, () -> handle(loaded));
            tick(mine);
        }

        /** Everything but the disk is gone. */
        void crash() {
            for (Node other : List.copyOf(up)) {
                cut(this, other);
            }
            start();
        }

        private void tick(int mine) {
            after(
                    SECOND,
                    mine,
                    () -> {
                        handle(new LedgerEvent.Tick());
                        tick(mine);
                    });
        }

        private void after(long nanos, int mine, Runnable task) {
            time.after(
                    nanos,
                    () -> {
                        if (life == mine) {
                            task.run();
                        }
                    });
        }

        void handle(LedgerEvent event) {
            List<LedgerAction> actions = new ArrayList<>();
            ledgers.handle(event, time.nanos(), time.now().toEpochMilli(), actions::add);
            actions.forEach(this::act);
        }

        private void act(LedgerAction action) {
            switch (action) {
                case LedgerAction.Send a -> send(a.to(), a.message());
                case LedgerAction.Owes a -> owing.put(a.taker(), a.owes());
                case LedgerAction.Broke a -> broken++;
                case LedgerAction.Sign a -> {
                    Message.Receipt r =
                            new Message.Receipt(
                                    a.delivery(),
                                    new byte[1],
                                    signature(id, a.delivery().statement()));
                    signatures++;
                    work(
                            () -> book.open(r),
                            new LedgerEvent.Signed(r),
                            new LedgerEvent.NotSigned(a.delivery().giver()));
                }
                case LedgerAction.Countersign a -> {
                    Message.Receipt r = a.receipt();
                    if (!good(r)) {
                        LedgerEvent bad = new LedgerEvent.NotCountersigned(a.taker(), true);
                        work(() -> {}, bad, bad);
                        return;
                    }
                    signatures++;
                    Receipt both = both(r, signature(id, r.delivery().counterStatement()));
                    work(
                            () -> book.add(both),
                            new LedgerEvent.Countersigned(both, a.again()),
                            new LedgerEvent.NotCountersigned(a.taker(), false));
                }
                case LedgerAction.Settle a -> {
                    byte[] statement = a.receipt().delivery().counterStatement();
                    boolean good =
                            Arrays.equals(a.answer().signature(), signature(a.giver(), statement));
                    Receipt both = both(a.receipt(), a.answer().signature());
                    LedgerEvent not = new LedgerEvent.NotSettled(a.giver());
                    work(
                            () -> {
                                if (good) {
                                    book.add(both);
                                }
                            },
                            good ? new LedgerEvent.Settled(both) : not,
                            not);
                }
                case LedgerAction.Suspect a -> {
                    if (good(a.receipt())) {
                        book.suspect(a.receipt());
                    }
                }
            }
        }

        private boolean good(Message.Receipt r) {
            byte[] right = signature(r.delivery().taker(), r.delivery().statement());
            return Arrays.equals(r.signature(), right);
        }

        private Receipt both(Message.Receipt r, byte[] giver) {
            return new Receipt(r.delivery(), r.certificate(), r.signature(), new byte[1], giver);
        }

        /** A worker writes, later the loop hears of it; a crash may come before each. */
        private void work(Runnable write, LedgerEvent done, LedgerEvent not) {
            int mine = life;
            after(
                    soon(30 * MILLI),
                    mine,
                    () -> {
                        boolean full = diskFull;
                        if (!full) {
                            write.run();
                        }
                        after(soon(5 * MILLI), mine, () -> handle(full ? not : done));
                    });
        }

        private void send(NodeId to, Message message) {
            Node other = nodes.stream().filter(n -> n.id.equals(to)).findFirst().orElseThrow();
            if (message instanceof Message.Receipt r) {
                seen.add(r);
            } else if (message instanceof Message.Countersigned c) {
                answers.add(c.verdict());
            }
            int copies = kind ? 1 : 1 + random.nextInt(10) / 9 - random.nextInt(10) / 8;
            for (int i = 0; i < copies; i++) {
                int life = other.life;
                time.after(
                        soon((kind ? 20 : 800) * MILLI),
                        () -> {
                            // A message may come over a later channel here: worse than the truth.
                            if (other.life == life && other.up.contains(this)) {
                                other.come(id, message);
                            }
                        });
            }
        }

        void come(NodeId from, Message message) {
            switch (message) {
                case Message.Receipt r -> handle(new LedgerEvent.Came(from, r));
                case Message.Countersigned c -> handle(new LedgerEvent.Answered(from, c));
                default -> throw new IllegalStateException("not of receipts");
            }
        }

        /** What this node's book says was delivered, over all chains. */
        long total(NodeId giver, NodeId taker) {
            return book.last().stream()
                    .map(Receipt::delivery)
                    .filter(d -> d.giver().equals(giver) && d.taker().equals(taker))
                    .mapToLong(Delivery::bytes)
                    .sum();
        }

        /** Every entry that the book has, by chain and number: its hash. */
        Map<String, String> entries(NodeId giver, NodeId taker) {
            Map<String, String> all = new HashMap<>();
            for (Receipt r : book.export(giver, taker)) {
                Delivery d = r.delivery();
                all.put(d.epoch() + "/" + d.number(), HexFormat.of().formatHex(d.hash()));
            }
            return all;
        }
    }

    static void connect(Node one, Node two) {
        if (!one.up.contains(two)) {
            one.up.add(two);
            two.up.add(one);
            one.handle(new LedgerEvent.Up(two.id));
            two.handle(new LedgerEvent.Up(one.id));
        }
    }

    static void cut(Node one, Node two) {
        if (one.up.remove(two)) {
            two.up.remove(one);
            one.handle(new LedgerEvent.Down(two.id));
            two.handle(new LedgerEvent.Down(one.id));
        }
    }
}
