#!/usr/bin/ruby
# SPDX-License-Identifier: LGPL-2.1-or-later
# frozen_string_literal: true

# receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
# receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
#
# What a receipt computer does, with Debian's ruby-dbus. Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
require "dbus"
require "timeout"

NAME = "org.shikaku.Shikaku1"
ROOT = "/org/shikaku/Shikaku1"
TOKEN = "desk1" # names the visit; never a number of the patient
VISIT_SECONDS = 120 # what the daemon gives the visit
GRACE_SECONDS = 30 # what we wait longer, since polkit may be slow: after that the daemon is gone
INSURED = %w[InsurerNumber Symbol Number Branch Birthdate].freeze

class VisitFailed < StandardError
  attr_reader :name, :details

  def initialize(name, message, details = {})
    super(message)
    @name = name.delete_prefix("#{NAME}.Error.")
    @details = details
  end
end

class Desk
  def initialize
    elsewhere = ENV.fetch("DBUS_SYSTEM_BUS_ADDRESS", nil) # ruby-dbus does not look there itself
    @bus = elsewhere ? DBus::RemoteBus.new(elsewhere) : DBus.system_bus
    @manager = proxy(ROOT, "#{NAME}.Manager", OpenVisit: "in options:a{sv}, out visit:o",
                                              Check: "in options:a{sv}, out eligibility:a{sv}")
  end

  # The object at @path; its @methods are told, so that no introspection is needed.
  def proxy(path, interface, methods)
    object = DBus::ProxyObject.new(@bus, NAME, path, api: DBus::ApiOptions::A1)
    face = DBus::ProxyObjectInterface.new(object, interface)
    methods.each { |method, prototype| face.define_method(method.to_s, prototype) }
    face
  end

  # A visit: opened, finished, read, closed.
  def check_card(reader)
    options = { "Token" => ["s", TOKEN], "Timeout" => ["u", VISIT_SECONDS] }
    options["Reader"] = ["o", "#{ROOT}/reader/#{reader}"] if reader
    # The path is known before the visit exists, so nothing of it can be missed.
    path = "#{ROOT}/visit/#{@bus.unique_name[1..].tr('.', '_')}/#{TOKEN}"
    visit = proxy(path, "#{NAME}.Visit", GetEligibility: "out eligibility:a{sv}", Close: "")
    state, error, details = wait_finished(visit) { @manager.OpenVisit(options) }
    begin
      return visit.GetEligibility if state == "done"

      properties = proxy(path, "org.freedesktop.DBus.Properties", Get: "in interface:s, in property:s, out value:v")
      raise VisitFailed.new(error, properties.Get(visit.name, "ErrorMessage"), details)
    ensure
      close(visit)
    end
  end

  def close(visit)
    visit.Close
  rescue DBus::Error, SystemCallError, EOFError
    nil # its failure takes no answer away
  end

  # Subscribes to the visit's end, begins, waits. Return: state, error and details of Finished.
  def wait_finished(visit)
    finished = nil
    visit.on_signal("Finished") { |*arguments| finished = arguments }
    yield
    Timeout.timeout(VISIT_SECONDS + GRACE_SECONDS) { @bus.process(@bus.wait_for_message) until finished }
    finished
  ensure
    visit.on_signal("Finished")
  end

  # The same in one call, which lasts as long as the visit.
  def check_number(numbers)
    insured = INSURED.zip(numbers).to_h { |key, number| [key, ["s", number]] }
    Timeout.timeout(VISIT_SECONDS + GRACE_SECONDS) do
      @manager.Check({ "Insured" => ["a{sv}", insured], "Timeout" => ["u", VISIT_SECONDS] })
    end
  end
end

# Whatever the center did not send is not in the hash.
def print_answer(eligibility)
  answer = eligibility["Answer"]
  puts answer
  # Unknown is not a refusal: ask again, or note the numbers of the patient's paper.
  puts "#{eligibility['Reason']}: #{eligibility['Advice']}" if answer == "unknown"
  eligibility.fetch("Insurances", []).each do |insurance|
    puts "#{%w[InsurerNumber Name BurdenRatio].map { |key| insurance.fetch(key, '-') }.join(' ')} %"
  end
  %w[eligible not-eligible unknown].index(answer)
end

def report(name, message, details = {})
  warn "#{name}: #{message}"
  case name
  when "PinIncorrect" then warn "#{details['TriesLeft']} tries left"
  when "NoReader", "ReaderFailed", "ServiceStopped", "NoReply" then warn "see: shikakuctl diagnose"
  end
  3
end

unless [0, 1, 5].include?(ARGV.size)
  warn "usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]"
  exit 3
end

begin
  exit print_answer(ARGV.size == 5 ? Desk.new.check_number(ARGV) : Desk.new.check_card(ARGV.first))
rescue VisitFailed => e
  exit report(e.name, e.message, e.details)
rescue DBus::Error => e
  exit report(e.name.delete_prefix("#{NAME}.Error."), e.message.split("; caused by ").first)
rescue Timeout::Error, EOFError
  exit report("NoReply", "the daemon is gone")
rescue SystemCallError => e
  exit report("NoReply", e.message)
rescue StandardError => e # Ruby's own status would be 1, which is an answer
  exit report(e.class.name, e.message)
end
