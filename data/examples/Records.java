// SPDX-License-Identifier: LGPL-2.1-or-later

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Medicines of a patient in Java, whose D-Bus libraries pass no file descriptors: shikakuctl is spawned, and its standard
 * output is a pipe. The document is the center's own XML, byte for byte. Java 11 or newer, and nothing else.
 *
 * <pre>java Records.java TICKET [FROM TO]</pre>
 *
 * TICKET: of Visit.CreateTicket, by the program that has opened the patient's visit; FROM, TO: months YYYYMM. Prints a
 * line for each medicine of the receipts: month, name. Exit status: 0 all that was asked for; 2 something is missing;
 * else that of shikakuctl(1).
 */
public class Records {
    private static Document parse(Process client) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();

        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(client.getInputStream());
    }

    private static String text(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);

        return found.getLength() > 0 ? found.item(0).getTextContent() : "";
    }

    private static void print(Document document) {
        NodeList months = document.getElementsByTagName("MeTrMonthInf");

        for (int i = 0; i < months.getLength(); i++) {
            Element month = (Element) months.item(i);
            NodeList drugs = month.getElementsByTagName("DrugInf");

            for (int j = 0; j < drugs.getLength(); j++)
                System.out.println(text(month, "MeTrMonth") + " " + text((Element) drugs.item(j), "DrugN"));
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1 && arguments.length != 3) {
            System.err.println("usage: Records TICKET [FROM TO]");
            System.exit(64);
        }
        ProcessBuilder builder = new ProcessBuilder("shikakuctl", "records", "drug", "--format", "xml", "--ticket", "-");

        if (arguments.length == 3)
            builder.command().addAll(Arrays.asList("--from", arguments[1], "--to", arguments[2]));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process client = builder.start();

        // The ticket goes through standard input: a command line can be read by every user of the machine.
        try (OutputStream input = client.getOutputStream()) {
            input.write((arguments[0] + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            // it has ended already, and its exit code says why
        }
        Document document = null;
        try {
            document = parse(client);
        } catch (org.xml.sax.SAXException error) {
            // no document: refused, or there is none
        }
        int code = client.waitFor();
        if (document != null)
            print(document);
        System.exit(code);
    }
}
