// SPDX-License-Identifier: LGPL-2.1-or-later

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.DBus;
import org.freedesktop.dbus.DBusConnection;
import org.freedesktop.dbus.DBusInterface;
import org.freedesktop.dbus.DBusInterfaceName;
import org.freedesktop.dbus.DBusSigHandler;
import org.freedesktop.dbus.DBusSignal;
import org.freedesktop.dbus.MethodCall;
import org.freedesktop.dbus.Path;
import org.freedesktop.dbus.UInt32;
import org.freedesktop.dbus.Variant;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;

/**
 * Receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
 * Receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
 *
 * What a receipt computer does, with Debian's libdbus-java. Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
 */
public class Receipt {
    static final String NAME = "org.shikaku.Shikaku1", ROOT = "/org/shikaku/Shikaku1";
    static final String TOKEN = "desk1"; // names the visit; never a number of the patient
    static final int VISIT_SECONDS = 120; // what the daemon gives the visit
    static final int GRACE_SECONDS = 30; // what we wait longer, since polkit may be slow: after that the daemon is gone
    static final List<String> INSURED = List.of("InsurerNumber", "Symbol", "Number", "Branch", "Birthdate");
    static final List<String> ANSWERS = List.of("eligible", "not-eligible", "unknown");

    @DBusInterfaceName(NAME + ".Manager")
    public interface Manager extends DBusInterface {
        Path OpenVisit(Map<String, Variant> options);
        Map<String, Variant> Check(Map<String, Variant> options);
    }

    @DBusInterfaceName(NAME + ".Visit")
    public interface Visit extends DBusInterface {
        Map<String, Variant> GetEligibility();
        void Close();

        class Finished extends DBusSignal {
            final String state, error;
            final Map<String, Variant> details;

            public Finished(String path, String state, String error, Map<String, Variant> details) throws DBusException {
                super(path, state, error, details);
                this.state = state;
                this.error = error;
                this.details = details;
            }
        }
    }

    static class VisitFailed extends Exception {
        final String name;
        final Map<String, Variant> details;

        VisitFailed(String name, String message, Map<String, Variant> details) {
            super(message);
            this.name = name;
            this.details = details;
        }
    }

    final DBusConnection bus;
    final Manager manager;

    Receipt(DBusConnection bus) throws DBusException {
        this.bus = bus;
        manager = bus.getRemoteObject(NAME, ROOT, Manager.class);
        MethodCall.setDefaultTimeout(1000L * (VISIT_SECONDS + GRACE_SECONDS)); // Check lasts as long as the visit
    }

    /** A visit: opened, finished, read, closed. */
    Map<String, Variant> checkCard(String reader) throws DBusException, InterruptedException, VisitFailed {
        Map<String, Variant> options = new HashMap<>();
        options.put("Token", new Variant<>(TOKEN));
        options.put("Timeout", new Variant<>(new UInt32(VISIT_SECONDS)));
        if (reader != null)
            options.put("Reader", new Variant<>(new Path(ROOT + "/reader/" + reader)));

        // The path is known before the visit exists, so nothing of it can be missed.
        String path = ROOT + "/visit/" + bus.getUniqueName().substring(1).replace('.', '_') + "/" + TOKEN;
        BlockingQueue<Visit.Finished> ends = new LinkedBlockingQueue<>();
        DBusSigHandler<Visit.Finished> handler = end -> { if (end.getPath().equals(path)) ends.add(end); };
        bus.addSigHandler(Visit.Finished.class, handler);
        manager.OpenVisit(options);
        Visit.Finished end = ends.poll(VISIT_SECONDS + GRACE_SECONDS, TimeUnit.SECONDS);
        bus.removeSigHandler(Visit.Finished.class, handler);
        if (end == null)
            throw new VisitFailed("NoReply", "the daemon is gone", Map.of());

        Visit visit = bus.getRemoteObject(NAME, path, Visit.class);
        try {
            if (end.state.equals("done"))
                return visit.GetEligibility();
            DBus.Properties properties = bus.getRemoteObject(NAME, path, DBus.Properties.class);
            throw new VisitFailed(end.error, properties.Get(NAME + ".Visit", "ErrorMessage"), end.details);
        } finally {
            try {
                visit.Close();
            } catch (DBusExecutionException error) {
                // Its failure takes no answer away.
            }
        }
    }

    /** The same in one call. */
    Map<String, Variant> checkNumber(String[] numbers) {
        Map<String, Variant> insured = new HashMap<>();
        for (int i = 0; i < numbers.length; i++)
            insured.put(INSURED.get(i), new Variant<>(numbers[i]));
        Map<String, Variant> options = new HashMap<>();
        options.put("Insured", new Variant<>(insured, "a{sv}"));
        options.put("Timeout", new Variant<>(new UInt32(VISIT_SECONDS)));
        return manager.Check(options);
    }

    /** Whatever the center did not send is not in the map. */
    static Object get(Map<String, Variant> map, String key, Object otherwise) {
        return map.containsKey(key) ? map.get(key).getValue() : otherwise;
    }

    @SuppressWarnings("unchecked")
    static int printAnswer(Map<String, Variant> eligibility) {
        String answer = (String) get(eligibility, "Answer", "unknown");
        System.out.println(answer);
        if (answer.equals("unknown")) // not a refusal: ask again, or note the numbers of the patient's paper
            System.out.println(get(eligibility, "Reason", "") + ": " + get(eligibility, "Advice", ""));
        for (Map<String, Variant> insurance : (List<Map<String, Variant>>) get(eligibility, "Insurances", List.of()))
            System.out.println(get(insurance, "InsurerNumber", "-") + " " + get(insurance, "Name", "-") + " "
                + get(insurance, "BurdenRatio", "-") + " %");
        return ANSWERS.indexOf(answer);
    }

    static int report(String fullName, String message, Map<String, Variant> details) {
        String name = fullName.replace(NAME + ".Error.", "");
        System.err.println(name + ": " + message);
        switch (name) {
            case "PinIncorrect" -> System.err.println(get(details, "TriesLeft", "?") + " tries left");
            case "NoReader", "ReaderFailed", "ServiceStopped", "NoReply" -> System.err.println("see: shikakuctl diagnose");
        }
        return 3;
    }

    static int run(String[] arguments) throws DBusException, InterruptedException, VisitFailed {
        if (arguments.length > 1 && arguments.length != INSURED.size()) {
            System.err.println("usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]");
            return 3;
        }
        DBusConnection bus = DBusConnection.getConnection(DBusConnection.SYSTEM);
        try {
            Receipt receipt = new Receipt(bus);
            return printAnswer(arguments.length == INSURED.size()
                ? receipt.checkNumber(arguments)
                : receipt.checkCard(arguments.length > 0 ? arguments[0] : null));
        } finally {
            bus.disconnect();
        }
    }

    public static void main(String[] arguments) {
        int status;
        try {
            status = run(arguments);
        } catch (VisitFailed failed) {
            status = report(failed.name, failed.getMessage(), failed.details);
        } catch (DBusExecutionException error) {
            status = report(error.getType(), error.getMessage(), Map.of());
        } catch (DBusException | InterruptedException error) {
            status = report("NoReply", error.getMessage(), Map.of());
        } catch (RuntimeException error) { // Java's own status would be 1, which is an answer
            status = report(error.getClass().getSimpleName(), error.getMessage(), Map.of());
        }
        System.exit(status);
    }
}
